package io.joulegram.agent.calibrate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Energy of all processors and of all memory by the counters of a power source. Not thread-safe. */
final class EnergyMeter {
    private static final double MICROJOULES_PER_JOULE = 1e6;

    private final PowerSource source;
    private final List<Channel> channels;
    private final long[] lastCounts;
    private final double[] joules;
    private final Readings readings;

    EnergyMeter(PowerSource source) throws CalibrationException {
        this.source = source;
        channels = source.channels();
        readings = new Readings(channels.size());
        lastCounts = new long[channels.size()];
        joules = new double[channels.size()];
        update();
        Arrays.fill(joules, 0);
    }

    /**
     * Reads the counters; more often than any of them can wrap.
     *
     * @throws CalibrationException if one cannot be read
     */
    void update() throws CalibrationException {
        readings.clear();
        source.read(readings);
        for (int i = 0; i < channels.size(); i++) {
            Channel channel = channels.get(i);
            if (!counts(channel)) {
                continue;
            }
            if (readings.status(i) != Readings.Status.MEASURED) {
                throw new CalibrationException(source.name() + ": " + channel.domain() + " " + channel.device()
                        + " gave no value: " + source.errorName(readings.errorCode(i)));
            }
            long counts = readings.value(i) - lastCounts[i];
            if (counts < 0 && channel.modulusCounts() > 0) {
                counts += channel.modulusCounts();
            }
            lastCounts[i] = readings.value(i);
            joules[i] += counts * channel.microjoulesPerCount() / MICROJOULES_PER_JOULE;
        }
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
