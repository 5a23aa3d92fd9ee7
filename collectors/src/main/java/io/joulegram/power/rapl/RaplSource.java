package io.joulegram.power.rapl;

import io.joulegram.posix.Errno;
import io.joulegram.power.Channel;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceClock;
import io.joulegram.rapl.EnergyCounter;
import java.util.List;

/** All RAPL counters of the host, read one after the other, each with its own time. */
final class RaplSource implements PowerSource {
    private final SourceClock clock;
    private final String name;
    private final List<Channel> channels;
    private final EnergyCounter[] counters;
    private final int[] discardedBits;

    RaplSource(Sensor sensor, List<FoundCounter> found, SourceClock clock) {
        this.clock = clock;
        name = sensor.label();
        channels = found.stream()
                .map(counter -> channel(sensor, counter, label(counter, found)))
                .toList();
        counters = found.stream().map(FoundCounter::counter).toArray(EnergyCounter[]::new);
        discardedBits = found.stream().mapToInt(FoundCounter::discardedBits).toArray();
    }

    private static Channel channel(Sensor sensor, FoundCounter counter, String device) {
        DomainTraits traits = DomainTraits.of(counter.domain());
        return Channel.energy(
                traits.domain(),
                device,
                sensor,
                counter.microjoulesPerCount(),
                counter.modulusCounts(),
                counter.maxWatts(),
                traits.gainUncertaintyRatio());
    }

    /** The number of the socket; with the number of the die if the socket has a counter for each. */
    private static String label(FoundCounter counter, List<FoundCounter> all) {
        boolean alone = all.stream().filter(counter::sharesPackageWith).count() == 1;
        return alone || counter.dieId().isEmpty()
                ? String.valueOf(counter.packageId())
                : counter.packageId() + "." + counter.dieId().getAsInt();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public void read(Readings readings) {
        for (int i = 0; i < counters.length; i++) {
            long before = clock.nanos();
            int errno = counters[i].read();
            if (errno == 0) {
                readings.measured(i, clock.halfwaySince(before), counters[i].count() >>> discardedBits[i]);
            } else {
                readings.failed(i, errno);
            }
        }
    }

    @Override
    public String errorName(int errorCode) {
        return Errno.nameOf(errorCode);
    }

    @Override
    public void close() {
        for (EnergyCounter counter : counters) {
            counter.close();
        }
    }
}
