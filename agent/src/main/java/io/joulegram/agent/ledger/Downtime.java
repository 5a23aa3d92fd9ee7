package io.joulegram.agent.ledger;

import io.joulegram.agent.attribution.Apportionment;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongFunction;

/**
 * The time between two runs of the agent as buckets: energy that hardware counters told afterwards, spread evenly over
 * the time, because nobody knows better; and the making of the devices, which falls due whether or not an agent runs.
 *
 * @param startMillis end of the last bucket of the run before
 * @param endMillis begin of this run
 * @param zone no bucket goes past an hour of it
 * @param pue power usage effectiveness in force
 */
public record Downtime(long startMillis, long endMillis, ZoneId zone, double pue) {
    /** A device, and what was told of it. */
    public record Use(LedgerDevice device, String source, OptionalLong microjoules) {}

    private record Piece(long startMillis, long endMillis, Map<String, BookedIntensity> intensities) {
        long millis() {
            return endMillis - startMillis;
        }
    }

    private static final long STEP_MILLIS = 60_000;

    /**
     * The buckets. Their energies sum up to what was told, to the microjoule.
     *
     * @param intensitiesAt tells the intensities by basis that held at an instant
     */
    public List<Bucket> buckets(List<Use> uses, LongFunction<Map<String, BookedIntensity>> intensitiesAt) {
        List<Piece> pieces = pieces(intensitiesAt);
        double[] weights = pieces.stream().mapToDouble(Piece::millis).toArray();
        List<List<DeviceUse>> byPiece = new ArrayList<>();
        pieces.forEach(piece -> byPiece.add(new ArrayList<>()));
        for (Use use : uses) {
            long[] energy = Apportionment.split(use.microjoules().orElse(0), weights);
            long[] embodied = Apportionment.split(embodiedMicrograms(use.device()), weights);
            for (int i = 0; i < energy.length; i++) {
                boolean known = use.microjoules().isPresent();
                byPiece.get(i)
                        .add(new DeviceUse(
                                use.device(),
                                use.source(),
                                known ? OptionalLong.of(energy[i]) : OptionalLong.empty(),
                                known ? 0 : pieces.get(i).millis(),
                                0,
                                embodied[i]));
            }
        }
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            Piece piece = pieces.get(i);
            buckets.add(new Bucket(
                    piece.startMillis,
                    piece.endMillis,
                    0,
                    Bucket.Kind.BACKFILL,
                    pue,
                    piece.intensities,
                    byPiece.get(i),
                    List.of()));
        }
        return buckets;
    }

    private long embodiedMicrograms(LedgerDevice device) {
        return device.lifetimeSeconds() > 0
                ? Math.round(
                        device.footprintGrams() * 1e6 * ((endMillis - startMillis) / 1e3) / device.lifetimeSeconds())
                : 0;
    }

    /** Stretches of one hour at most in which the intensities are the same at every minute. */
    private List<Piece> pieces(LongFunction<Map<String, BookedIntensity>> intensitiesAt) {
        List<Piece> pieces = new ArrayList<>();
        long start = startMillis;
        Map<String, BookedIntensity> held = intensitiesAt.apply(start);
        for (long at = start; at < endMillis; ) {
            long next = Math.min(endMillis, Math.floorDiv(at, STEP_MILLIS) * STEP_MILLIS + STEP_MILLIS);
            Map<String, BookedIntensity> now = next < endMillis ? intensitiesAt.apply(next) : held;
            if (next == endMillis || !now.equals(held) || isWholeHour(next)) {
                pieces.add(new Piece(start, next, held));
                start = next;
                held = now;
            }
            at = next;
        }
        return pieces;
    }

    private boolean isWholeHour(long millis) {
        Instant instant = Instant.ofEpochMilli(millis);
        return instant.atZone(zone).truncatedTo(ChronoUnit.HOURS).toInstant().equals(instant);
    }
}
