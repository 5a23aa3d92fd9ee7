package io.joulegram.agent.ledger;

import io.joulegram.agent.attribution.Apportionment;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

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

    /** The intensities by time since 1970. */
    public interface Intensities {
        /** Those that held at a time, by basis. */
        Map<String, BookedIntensity> at(long millis);

        /** The first time after this one at which one of them may change; {@link Long#MAX_VALUE} if none is known. */
        long nextChangeAfter(long millis);
    }

    /**
     * The buckets. Their energies sum up to what was told, to the microjoule.
     *
     * @param intensities those of that time
     */
    public List<Bucket> buckets(List<Use> uses, Intensities intensities) {
        List<Piece> pieces = pieces(intensities);
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

    /** Stretches of one hour at most, in each of which the intensities are the same. */
    private List<Piece> pieces(Intensities intensities) {
        ZoneHours hours = new ZoneHours(zone);
        List<Piece> pieces = new ArrayList<>();
        for (long at = startMillis; at < endMillis; ) {
            long change = intensities.nextChangeAfter(at);
            long next = Math.min(endMillis, Math.min(hours.endAfter(at), Math.max(at + 1, change)));
            pieces.add(new Piece(at, next, intensities.at(at)));
            at = next;
        }
        return pieces;
    }
}
