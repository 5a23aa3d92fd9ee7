package io.joulegram.agent.energy;

import io.joulegram.power.Channel;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The rest of the server as a power source: the energy of the platform's meter less that of the components inside it,
 * as {@code other}.
 *
 * <p>Both are read off the meters' curves for the same time, so that nothing is lost or counted twice. Meters lag each
 * other, so the difference may fall for a while; the counter then stands still until the difference is back above what
 * was told, so that it never goes down and exceeds the true difference by no more than one such excursion. Time for
 * which any of the meters has nothing adds nothing.
 */
public final class RestOfServer implements PowerSourceProvider {
    private static final long FASTEST_NANOS = Duration.ofSeconds(1).toNanos();

    /** The errors of a platform meter and of what is inside it, on what is the smaller part of both. */
    private static final double GAIN_UNCERTAINTY_RATIO = 0.3;

    private final Supplier<List<Meter>> meters;
    private final Set<Sensor> platform;
    private final Set<Component> inside;

    /**
     * @param book has the meters
     * @param platform the sensors that the platform's meter may have; where there are several meters, their sum counts
     * @param inside what the platform's meter contains
     */
    public RestOfServer(EnergyBook book, Set<Sensor> platform, Set<Component> inside) {
        this(() -> book.entries().stream().map(EnergyBook.Entry::meter).toList(), platform, inside);
    }

    RestOfServer(Supplier<List<Meter>> meters, Set<Sensor> platform, Set<Component> inside) {
        this.meters = meters;
        this.platform = Set.copyOf(platform);
        this.inside = Set.copyOf(inside);
    }

    @Override
    public String name() {
        return "rest";
    }

    @Override
    public List<PowerSource> open() {
        return List.of(new Difference());
    }

    private boolean isPlatform(Meter meter) {
        return meter.domain() == Domain.PLATFORM
                && meter.streams().stream()
                        .anyMatch(stream -> platform.contains(stream.channel().sensor()));
    }

    private boolean isInside(Meter meter) {
        Component component = meter.domain().component();
        return component != null && inside.contains(component);
    }

    private final class Difference implements PowerSource {
        private final List<Channel> channels =
                List.of(Channel.energy(Domain.OTHER, "0", Sensor.REST, 1, 0, 0, GAIN_UNCERTAINTY_RATIO));
        private List<Meter> platforms = List.of();
        private List<Meter> parts = List.of();
        private long untilNanos = Long.MIN_VALUE;
        private long differenceMicrojoules;
        private long toldMicrojoules;

        @Override
        public String name() {
            return "rest";
        }

        @Override
        public List<Channel> channels() {
            return channels;
        }

        @Override
        public long fastestNanos() {
            return FASTEST_NANOS;
        }

        @Override
        public void read(Readings readings) {
            adoptMeters();
            long commonNanos = commonUntilNanos();
            if (platforms.isEmpty() || commonNanos == Long.MIN_VALUE || commonNanos <= untilNanos) {
                return;
            }
            if (untilNanos != Long.MIN_VALUE && isCoveredSince(untilNanos)) {
                differenceMicrojoules += gained(platforms, commonNanos) - gained(parts, commonNanos);
                toldMicrojoules = Math.max(toldMicrojoules, differenceMicrojoules);
            }
            untilNanos = commonNanos;
            readings.measured(0, commonNanos, toldMicrojoules);
        }

        /** A meter that appears or is opened again changes what is subtracted, so the difference begins anew. */
        private void adoptMeters() {
            List<Meter> wholes = new ArrayList<>();
            List<Meter> insides = new ArrayList<>();
            for (Meter meter : meters.get()) {
                if (isPlatform(meter)) {
                    wholes.add(meter);
                } else if (isInside(meter)) {
                    insides.add(meter);
                }
            }
            if (!wholes.equals(platforms) || !insides.equals(parts)) {
                platforms = List.copyOf(wholes);
                parts = List.copyOf(insides);
                untilNanos = Long.MIN_VALUE;
            }
        }

        private long commonUntilNanos() {
            long until = Long.MAX_VALUE;
            for (Meter meter : platforms) {
                until = Math.min(until, meter.curve().coveredUntilNanos());
            }
            for (Meter meter : parts) {
                until = Math.min(until, meter.curve().coveredUntilNanos());
            }
            return until;
        }

        private boolean isCoveredSince(long sinceNanos) {
            for (Meter meter : platforms) {
                if (meter.curve().coveredSinceNanos() > sinceNanos) {
                    return false;
                }
            }
            for (Meter meter : parts) {
                if (meter.curve().coveredSinceNanos() > sinceNanos) {
                    return false;
                }
            }
            return true;
        }

        private long gained(List<Meter> meters, long toNanos) {
            long microjoules = 0;
            for (Meter meter : meters) {
                EnergyCurve curve = meter.curve();
                microjoules += curve.microjoulesAt(toNanos) - curve.microjoulesAt(untilNanos);
            }
            return microjoules;
        }

        @Override
        public String errorName(int errorCode) {
            return "NONE";
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
