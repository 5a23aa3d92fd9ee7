package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlField;
import io.joulegram.nvml.NvmlFieldValues;
import io.joulegram.nvml.NvmlPowerRange;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a GPU tells of its power, and by which calls. Fields come first, so that field n is channel n.
 *
 * @param channels all channels
 * @param fields the fields that are read, in one call
 * @param energyFunctionChannel the channel read by {@code nvmlDeviceGetTotalEnergyConsumption}, or {@link #NONE}
 * @param usageFunctionChannel the channel read by {@code nvmlDeviceGetPowerUsage}, or {@link #NONE}
 */
record NvmlChannels(
        List<Channel> channels, List<NvmlField> fields, int energyFunctionChannel, int usageFunctionChannel) {

    static final int NONE = -1;

    private static final double MICROJOULES_PER_MILLIJOULE = 1000;
    private static final long AVERAGE_WINDOW_NANOS = 1_000_000_000;
    private static final long UNKNOWN_WINDOW = 0;

    /** Far above any GPU or module; what is beyond it is no limit but garbage. */
    private static final long MAX_LIMIT_MILLIWATTS = 10_000_000;

    /**
     * Boards of 12 generations measured against a meter were off by a gain of up to 5 to 8 % (Yang, Adamek, Armour, SC24,
     * arXiv 2312.02741, and the data published with it).
     */
    private static final double GAIN_UNCERTAINTY_RATIO = 0.05;

    /** Asks a GPU for everything once, and keeps what it answered. */
    static NvmlChannels probe(NvmlDevice device, String label) throws NvmlException {
        Builder builder = new Builder(label, maxWatts(device));
        builder.probeFields(device);
        builder.probeFunctions(device);
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

    private static final class Builder {
        private final String label;
        private final double maxWatts;
        private final List<Channel> channels = new ArrayList<>();
        private final List<NvmlField> fields = new ArrayList<>();
        private int energyFunctionChannel = NONE;
        private int usageFunctionChannel = NONE;

        Builder(String label, double maxWatts) {
            this.label = label;
            this.maxWatts = maxWatts;
        }

        void probeFields(NvmlDevice device) {
            NvmlFieldValues values = device.fieldValues(List.of(
                    NvmlField.TOTAL_ENERGY,
                    NvmlField.POWER_AVERAGE,
                    NvmlField.POWER_INSTANT,
                    NvmlField.MEMORY_POWER_AVERAGE));
            values.read();
            for (int i = 0; i < values.fields().size(); i++) {
                NvmlField field = values.fields().get(i);
                boolean works = values.returnCode(i) == NvmlReturn.SUCCESS;
                // Devices that cannot measure their memory answer 0 for it.
                if (works && (!field.equals(NvmlField.MEMORY_POWER_AVERAGE) || values.value(i) != 0)) {
                    fields.add(field);
                    channels.add(channel(field));
                }
            }
        }

        void probeFunctions(NvmlDevice device) {
            if (!fields.contains(NvmlField.TOTAL_ENERGY) && device.readEnergy() == NvmlReturn.SUCCESS) {
                energyFunctionChannel = channels.size();
                channels.add(channel(NvmlField.TOTAL_ENERGY));
            }
            boolean powerByField = fields.contains(NvmlField.POWER_AVERAGE) || fields.contains(NvmlField.POWER_INSTANT);
            if (!powerByField && device.readPowerUsage() == NvmlReturn.SUCCESS) {
                usageFunctionChannel = channels.size();
                channels.add(power(Domain.GPU, Sensor.NVML_USAGE, UNKNOWN_WINDOW));
            }
        }

        NvmlChannels build() {
            return new NvmlChannels(
                    List.copyOf(channels), List.copyOf(fields), energyFunctionChannel, usageFunctionChannel);
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
