package io.joulegram.power;

import static java.util.Objects.requireNonNull;

/**
 * One stream of values of a {@link PowerSource}: what it measures, how, and what its values mean.
 *
 * @param domain what is measured
 * @param device the {@code device} label: NVML index for GPUs, socket number for RAPL domains
 * @param sensor how it is measured
 * @param quantity whether values are a cumulative energy counter or power
 * @param microjoulesPerCount energy of one count of an {@link Quantity#ENERGY} channel, above 0; 1000 for
 *     {@link Quantity#POWER} (unused)
 * @param modulusCounts the counter's values run from 0 up to this, exclusive, and then start again at 0; 0 if it does
 *     not wrap
 * @param maxWatts the most power that the device can draw for long, to tell a wrap from a reset and a reading from
 *     garbage; 0 if unknown
 * @param windowNanos the time over which a {@link Quantity#POWER} value is a mean, ending at the reading; 0 if it is
 *     instantaneous or unknown
 * @param gainUncertaintyRatio the sensor's relative error, one standard figure (0.05 means 5 %), 0 or more
 * @param cadenceNanos the least time between two readings of this channel, where reading it is dear; 0 if each reading of
 *     the source reads it
 */
public record Channel(
        Domain domain,
        String device,
        Sensor sensor,
        Quantity quantity,
        double microjoulesPerCount,
        long modulusCounts,
        double maxWatts,
        long windowNanos,
        double gainUncertaintyRatio,
        long cadenceNanos) {

    /** @throws IllegalArgumentException if a number is out of the range its parameter names */
    public Channel {
        requireNonNull(domain, "domain");
        requireNonNull(device, "device");
        requireNonNull(sensor, "sensor");
        requireNonNull(quantity, "quantity");
        requirePositive(microjoulesPerCount, "microjoulesPerCount");
        requireNotNegative((double) modulusCounts, "modulusCounts");
        requireNotNegative(maxWatts, "maxWatts");
        requireNotNegative((double) windowNanos, "windowNanos");
        requireNotNegative(gainUncertaintyRatio, "gainUncertaintyRatio");
        requireNotNegative((double) cadenceNanos, "cadenceNanos");
    }

    /**
     * A cumulative energy counter.
     *
     * @param microjoulesPerCount energy of one count
     * @param modulusCounts where the counter wraps to 0; 0 if it does not
     * @param maxWatts the most power the device can draw for long; 0 if unknown
     * @param gainUncertaintyRatio the sensor's relative error
     */
    public static Channel energy(
            Domain domain,
            String device,
            Sensor sensor,
            double microjoulesPerCount,
            long modulusCounts,
            double maxWatts,
            double gainUncertaintyRatio) {
        return new Channel(
                domain,
                device,
                sensor,
                Quantity.ENERGY,
                microjoulesPerCount,
                modulusCounts,
                maxWatts,
                0,
                gainUncertaintyRatio,
                0);
    }

    /**
     * A power reading in milliwatts.
     *
     * @param maxWatts the most power the device can draw for long; 0 if unknown
     * @param windowNanos the time over which a value is a mean; 0 if instantaneous or unknown
     * @param gainUncertaintyRatio the sensor's relative error
     */
    public static Channel power(
            Domain domain,
            String device,
            Sensor sensor,
            double maxWatts,
            long windowNanos,
            double gainUncertaintyRatio) {
        return new Channel(
                domain, device, sensor, Quantity.POWER, 1000, 0, maxWatts, windowNanos, gainUncertaintyRatio, 0);
    }

    /** The same channel, read less often than its source. */
    public Channel withCadenceNanos(long nanos) {
        return new Channel(
                domain,
                device,
                sensor,
                quantity,
                microjoulesPerCount,
                modulusCounts,
                maxWatts,
                windowNanos,
                gainUncertaintyRatio,
                nanos);
    }

    private static void requirePositive(double value, String name) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(value + " is not a valid " + name + ": must be above 0");
        }
    }

    private static void requireNotNegative(double value, String name) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(value + " is not a valid " + name + ": must be 0 or more");
        }
    }
}
