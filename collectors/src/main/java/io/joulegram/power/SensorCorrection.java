package io.joulegram.power;

/**
 * What a meter has found of one device's sensor: it reads {@code gain} times the truth plus {@code offsetWatts}.
 *
 * @param gain above 0; 1 for a sensor that is right
 * @param offsetWatts what it reads with no power, may be negative
 * @param uncertaintyRatio relative standard uncertainty that is left after the correction
 */
public record SensorCorrection(double gain, double offsetWatts, double uncertaintyRatio) {
    private static final double MILLIWATTS_PER_WATT = 1e3;
    private static final double MICROJOULES_PER_NANO_WATT = 1e-3;

    /** @throws IllegalArgumentException if a number is out of the range its parameter names */
    public SensorCorrection {
        if (!(gain > 0) || !Double.isFinite(offsetWatts) || !(uncertaintyRatio >= 0)) {
            throw new IllegalArgumentException(
                    gain + ", " + offsetWatts + ", " + uncertaintyRatio + " are not a gain above 0, watts and a ratio");
        }
    }

    /** The channel as it is with this correction of its gain. */
    public Channel of(Channel channel) {
        return new Channel(
                channel.domain(),
                channel.device(),
                channel.sensor(),
                channel.quantity(),
                channel.quantity() == Quantity.ENERGY
                        ? channel.microjoulesPerCount() / gain
                        : channel.microjoulesPerCount(),
                channel.modulusCounts(),
                channel.maxWatts(),
                channel.windowNanos(),
                uncertaintyRatio,
                channel.cadenceNanos());
    }

    /** The true power of a reading, in milliwatts; 0 at least. */
    public long milliwatts(long reading) {
        return Math.max(0, Math.round((reading - offsetWatts * MILLIWATTS_PER_WATT) / gain));
    }

    /** Energy that the offset alone makes a counter count in a time, after the correction of its gain. */
    public double offsetMicrojoules(long nanos) {
        return offsetWatts / gain * MICROJOULES_PER_NANO_WATT * nanos;
    }
}
