package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlField;
import io.joulegram.nvml.NvmlFieldValues;
import io.joulegram.nvml.NvmlPowerRange;
import io.joulegram.nvml.NvmlPowerRing;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * What a GPU tells of its power, and by which calls. Fields come first, so that field n is channel n.
 *
 * @param channels all channels
 * @param fields the fields that are read, in one call
 * @param energyFunctionChannel the channel read by {@code nvmlDeviceGetTotalEnergyConsumption}, or {@link #NONE}
 * @param usageFunctionChannel the channel read by {@code nvmlDeviceGetPowerUsage}, or {@link #NONE}
 * @param ringChannel the channel of the samples that the driver keeps, or {@link #NONE}
 */
record NvmlChannels(
        List<Channel> channels,
        List<NvmlField> fields,
        int energyFunctionChannel,
        int usageFunctionChannel,
        int ringChannel) {

    static final int NONE = -1;

    private static final double MICROJOULES_PER_MILLIJOULE = 1000;
    private static final long AVERAGE_WINDOW_NANOS = 1_000_000_000;
    private static final long UNKNOWN_WINDOW = 0;

    /**
     * A counter that takes longer to ask for is asked for more seldom: on an H200 with driver 580 it takes 2.6 to 4 ms, all
     * of it processor time of the kernel (docs/validation.md).
     */
    private static final long DEAR_NANOS = 300_000;

    private static final int COST_TRIALS = 5;

    /** A reading may take this share of a processor: one thousandth. */
    private static final long CADENCE_PER_COST = 1000;

    private static final long MIN_COUNTER_CADENCE_NANOS = 1_000_000_000;
    private static final long MAX_COUNTER_CADENCE_NANOS = 5_000_000_000L;
    private static final long MIN_RING_CADENCE_NANOS = 500_000_000;
    /** Drivers keep 2.4 s, which must not pass between two readings. */
    private static final long MAX_RING_CADENCE_NANOS = 1_500_000_000;
    /** Samples further apart are not worth having beside the other power readings. */
    private static final long MAX_RING_PERIOD_MICROS = 200_000;

    private static final long NANOS_PER_MICRO = 1000;

    /** Far above any GPU or module; what is beyond it is no limit but garbage. */
    private static final long MAX_LIMIT_MILLIWATTS = 10_000_000;

    /**
     * Boards of 12 generations measured against a meter were off by a gain of up to 5 to 8 % (Yang, Adamek, Armour, SC24,
     * arXiv 2312.02741, and the data published with it).
     */
    private static final double GAIN_UNCERTAINTY_RATIO = 0.05;

    /**
     * Asks a GPU for everything once, and keeps what it answered.
     *
     * @param label the {@code device} label
     * @param sparing whether what is dear to read is to be read seldom
     */
    static NvmlChannels probe(NvmlDevice device, String label, boolean sparing) throws NvmlException {
        Builder builder = new Builder(label, maxWatts(device), sparing);
        builder.probeFields(device);
        builder.probeFunctions(device);
        builder.probeRing(device.powerRing());
        return builder.build();
    }

    /** Whether a power limit in milliwatts can be one. */
    static boolean isPlausibleLimit(long milliwatts) {
        return milliwatts > 0 && milliwatts <= MAX_LIMIT_MILLIWATTS;
    }

    private static double maxWatts(NvmlDevice device) throws NvmlException {
        Optional<Long> greatest = new Query<>(device::powerLimitRange)
                .ask()
                .map(NvmlPowerRange::maxMilliwatts)
                .filter(NvmlChannels::isPlausibleLimit);
        Optional<Long> shipped =
                new Query<>(device::defaultPowerLimitMilliwatts).ask().filter(NvmlChannels::isPlausibleLimit);
        return greatest.or(() -> shipped).orElse(0L) / 1000.0;
    }

    /** What a reading costs: the least of a few trials, as others may only have been interrupted. */
    private static long costNanos(IntSupplier reading) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COST_TRIALS; i++) {
            long before = System.nanoTime();
            if (reading.getAsInt() != NvmlReturn.SUCCESS) {
                return 0;
            }
            least = Math.min(least, System.nanoTime() - before);
        }
        return least;
    }

    private static long cadenceNanos(long costNanos, long leastNanos, long mostNanos) {
        return Math.max(leastNanos, Math.min(mostNanos, costNanos * CADENCE_PER_COST));
    }

    private static final class Builder {
        private final String label;
        private final double maxWatts;
        private final boolean sparing;
        /** What a reading of the counter costs; 0 if it does not matter. */
        private long counterCostNanos;

        private final List<Channel> channels = new ArrayList<>();
        private final List<NvmlField> fields = new ArrayList<>();
        private int energyFunctionChannel = NONE;
        private int usageFunctionChannel = NONE;
        private int ringChannel = NONE;

        Builder(String label, double maxWatts, boolean sparing) {
            this.label = label;
            this.maxWatts = maxWatts;
            this.sparing = sparing;
        }

        void probeFields(NvmlDevice device) {
            NvmlFieldValues values = device.fieldValues(List.of(
                    NvmlField.TOTAL_ENERGY,
                    NvmlField.POWER_AVERAGE,
                    NvmlField.POWER_INSTANT,
                    NvmlField.MEMORY_POWER_AVERAGE));
            values.read();
            counterCostNanos = sparing ? costNanos(device::readEnergy) : 0;
            for (int i = 0; i < values.fields().size(); i++) {
                NvmlField field = values.fields().get(i);
                boolean works = values.returnCode(i) == NvmlReturn.SUCCESS;
                // Devices that cannot measure their memory answer 0 for it.
                boolean empty = field.equals(NvmlField.MEMORY_POWER_AVERAGE) && values.value(i) == 0;
                boolean apart = field.equals(NvmlField.TOTAL_ENERGY) && isCounterDear();
                if (works && !empty && !apart) {
                    fields.add(field);
                    channels.add(channel(field));
                }
            }
        }

        void probeFunctions(NvmlDevice device) {
            if (!fields.contains(NvmlField.TOTAL_ENERGY) && device.readEnergy() == NvmlReturn.SUCCESS) {
                energyFunctionChannel = channels.size();
                Channel counter = channel(NvmlField.TOTAL_ENERGY);
                channels.add(
                        isCounterDear()
                                ? counter.withCadenceNanos(cadenceNanos(
                                        counterCostNanos, MIN_COUNTER_CADENCE_NANOS, MAX_COUNTER_CADENCE_NANOS))
                                : counter);
            }
            boolean powerByField = fields.contains(NvmlField.POWER_AVERAGE) || fields.contains(NvmlField.POWER_INSTANT);
            if (!powerByField && device.readPowerUsage() == NvmlReturn.SUCCESS) {
                usageFunctionChannel = channels.size();
                channels.add(power(Domain.GPU, Sensor.NVML_USAGE, UNKNOWN_WINDOW));
            }
        }

        private boolean isCounterDear() {
            return counterCostNanos > DEAR_NANOS;
        }

        /** Last, as it costs the most and is of the least use while a counter works. */
        void probeRing(NvmlPowerRing ring) {
            if (ring.read(0) != NvmlReturn.SUCCESS || ring.size() < 2) {
                return;
            }
            long span = ring.timestampMicros(ring.size() - 1) - ring.timestampMicros(0);
            long periodMicros = span / (ring.size() - 1);
            if (periodMicros <= 0 || periodMicros > MAX_RING_PERIOD_MICROS) {
                return;
            }
            long cost = costNanos(() -> ring.read(0));
            ringChannel = channels.size();
            channels.add(power(Domain.GPU, Sensor.NVML_SAMPLES, periodMicros * NANOS_PER_MICRO)
                    .withCadenceNanos(cadenceNanos(cost, MIN_RING_CADENCE_NANOS, MAX_RING_CADENCE_NANOS)));
        }

        NvmlChannels build() {
            return new NvmlChannels(
                    List.copyOf(channels),
                    List.copyOf(fields),
                    energyFunctionChannel,
                    usageFunctionChannel,
                    ringChannel);
        }

        private Channel channel(NvmlField field) {
            if (field.equals(NvmlField.TOTAL_ENERGY)) {
                return Channel.energy(
                        Domain.GPU,
                        label,
                        Sensor.NVML_ENERGY,
                        MICROJOULES_PER_MILLIJOULE,
                        0,
                        maxWatts,
                        GAIN_UNCERTAINTY_RATIO);
            }
            if (field.equals(NvmlField.POWER_INSTANT)) {
                return power(Domain.GPU, Sensor.NVML_INSTANT, UNKNOWN_WINDOW);
            }
            Domain domain = field.equals(NvmlField.POWER_AVERAGE) ? Domain.GPU : Domain.GPU_MEMORY;
            return power(domain, Sensor.NVML_AVERAGE, AVERAGE_WINDOW_NANOS);
        }

        private Channel power(Domain domain, Sensor sensor, long windowNanos) {
            return Channel.power(domain, label, sensor, maxWatts, windowNanos, GAIN_UNCERTAINTY_RATIO);
        }
    }
}
