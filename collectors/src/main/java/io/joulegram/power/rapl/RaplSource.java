package io.joulegram.power.rapl;

import io.joulegram.posix.Errno;
import io.joulegram.power.Channel;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceClock;
import io.joulegram.rapl.EnergyCounter;
import java.util.List;

/**
 * All RAPL counters of the host, read one after the other, each with its own time.
 *
 * <p>At 1 kHz each counter costs a thousandth of a core and more. So who lets it gather is handed what was read every {@value
 * #HAND_ON_NANOS} ns at most, all of it with the time of each, and at once where a counter fails; and domains that lie
 * inside or around others count towards nothing, so they are read no more often than that.
 */
final class RaplSource implements PowerSource {
    /** A tenth less than 10 ms, so that reads every 10 ms are never turned away by the jitter of a wake-up. */
    static final long HAND_ON_NANOS = 9_000_000;

    private final String name;
    private final List<Channel> channels;
    private final EnergyCounter[] counters;
    private final int[] discardedBits;
    private final boolean[] inner;
    private final Backlog backlog;
    private final SourceClock clock;

    private boolean gathers;
    private boolean gaveValues;
    private long handedOnNanos;

    RaplSource(Sensor sensor, List<FoundCounter> found, SourceClock clock) {
        this.clock = clock;
        name = sensor.label();
        channels = found.stream()
                .map(counter -> channel(sensor, counter, label(counter, found)))
                .toList();
        counters = found.stream().map(FoundCounter::counter).toArray(EnergyCounter[]::new);
        discardedBits = found.stream().mapToInt(FoundCounter::discardedBits).toArray();
        backlog = new Backlog(counters.length);
        inner = new boolean[counters.length];
        for (int i = 0; i < inner.length; i++) {
            inner[i] = channels.get(i).domain().component() == null;
        }
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
    public void gather() {
        gathers = true;
    }

    @Override
    public void read(Readings readings) {
        boolean failed = readCounters(false);
        long now = clock.nanos();
        // Where nothing gave a value, silence would look as if nothing were wrong.
        boolean due = !gathers || !gaveValues || now - handedOnNanos >= HAND_ON_NANOS;
        if (due) {
            handedOnNanos = now;
            readCounters(true);
        }
        if (due || failed) {
            gaveValues = backlog.handOn(readings);
        }
    }

    /** Returns whether any failed. */
    private boolean readCounters(boolean ofInner) {
        boolean failed = false;
        long before = clock.nanos();
        for (int i = 0; i < counters.length; i++) {
            if (inner[i] != ofInner) {
                continue;
            }
            int errno = counters[i].read();
            long after = clock.nanos();
            if (errno == 0) {
                backlog.keep(i, before + (after - before) / 2, counters[i].count() >>> discardedBits[i]);
            } else {
                backlog.failed(i, errno);
                failed = true;
            }
            before = after;
        }
        return failed;
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
