package io.joulegram.agent.calibrate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Energy of all processors and of all memory by the counters of a power source. Not thread-safe. */
final class EnergyMeter {
    private static final double MICROJOULES_PER_JOULE = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    /** No device draws half as much again as its bound for long. */
    private static final double PLAUSIBLE_EXCESS = 1.5;

    /** A counter may show the energy of a whole update between two reads that are close together. */
    private static final double UPDATE_SECONDS = 0.2;

    private final PowerSource source;
    private final List<Channel> channels;
    private final long[] lastCounts;
    private final LongSupplier nanoTime;
    private final double[] joules;
    private final Readings readings;
    private long readNanos;
    private long lastReadNanos;

    /** @param nanoTime the monotonic clock */
    EnergyMeter(PowerSource source, LongSupplier nanoTime) throws CalibrationException {
        this.source = source;
        this.nanoTime = nanoTime;
        channels = source.channels();
        readings = new Readings(channels.size());
        lastCounts = new long[channels.size()];
        joules = new double[channels.size()];
        read();
        note();
    }

    /**
     * Reads the counters; more often than any of them can wrap.
     *
     * @throws CalibrationException if one cannot be read, or rises as no device does
     */
    void update() throws CalibrationException {
        read();
        for (int i = 0; i < channels.size(); i++) {
            if (counts(channels.get(i))) {
                joules[i] += risenJoules(i);
            }
        }
        note();
    }

    private void read() throws CalibrationException {
        readings.clear();
        source.read(readings);
        readNanos = nanoTime.getAsLong();
        for (int i = 0; i < channels.size(); i++) {
            if (counts(channels.get(i)) && readings.status(i) != Readings.Status.MEASURED) {
                throw wrong(i, "gave no value: " + source.errorName(readings.errorCode(i)));
            }
        }
    }

    private void note() {
        lastReadNanos = readNanos;
        for (int i = 0; i < channels.size(); i++) {
            lastCounts[i] = readings.value(i);
        }
    }

    private double risenJoules(int index) throws CalibrationException {
        Channel channel = channels.get(index);
        long counts = readings.value(index) - lastCounts[index];
        if (counts < 0 && channel.modulusCounts() > 0) {
            counts += channel.modulusCounts();
        }
        double risen = counts * channel.microjoulesPerCount() / MICROJOULES_PER_JOULE;
        double seconds = (readNanos - lastReadNanos) / NANOS_PER_SECOND;
        double most = PLAUSIBLE_EXCESS * channel.maxWatts() * (seconds + UPDATE_SECONDS);
        if (risen < 0 || (channel.maxWatts() > 0 && risen > most)) {
            throw wrong(
                    index,
                    String.format(Locale.ROOT, "rose by %.1f J in %.2f s: it began anew; try again", risen, seconds));
        }
        return risen;
    }

    private CalibrationException wrong(int index, String message) {
        Channel channel = channels.get(index);
        return new CalibrationException(
                source.name() + ": " + channel.domain() + " " + channel.device() + " " + message);
    }

    private static boolean counts(Channel channel) {
        return channel.quantity() == Quantity.ENERGY
                && (channel.domain() == Domain.CPU || channel.domain() == Domain.DRAM);
    }

    /** Energy of a domain so far; empty if it has no counter. */
    Optional<Double> joules(Domain domain) {
        double sum = 0;
        boolean found = false;
        for (int i = 0; i < channels.size(); i++) {
            if (channels.get(i).domain() == domain && counts(channels.get(i))) {
                sum += joules[i];
                found = true;
            }
        }
        return found ? Optional.of(sum) : Optional.empty();
    }
}
