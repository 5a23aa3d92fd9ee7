package io.joulegram.agent.energy;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuSource;
import io.joulegram.power.PowerSource;
import io.joulegram.power.SensorCorrection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All meters of the host, and the samplers that feed them. Meters are never forgotten: one whose source is gone keeps
 * its totals, and goes on from there when the source comes back.
 *
 * <p>Thread-safe. Reading it takes no lock.
 */
public final class EnergyBook {
    /** A meter, and the sampler that feeds it. */
    public record Entry(Meter meter, SourceSampler sampler) {
        /** Why the meter has no values now; empty if it has. */
        public String downReason(long nowNanos) {
            String reason = sampler.downReason();
            if (!reason.isEmpty()) {
                return reason;
            }
            long newest = meter.lastValueNanos();
            return newest == Long.MIN_VALUE || nowNanos - newest > staleAfterNanos() ? "no believable value" : "";
        }

        /** A value that is older says nothing of now. */
        public long staleAfterNanos() {
            return Math.max(MIN_STALE_NANOS, 5 * sampler.intervalNanos());
        }

        /** Whether the meter has values now. */
        public boolean isLive(long nowNanos) {
            return downReason(nowNanos).isEmpty();
        }
    }

    private record Key(Domain domain, String device) {
        static final Comparator<Key> ORDER =
                Comparator.comparing(Key::domain).thenComparingInt(Key::number).thenComparing(Key::device);

        private int number() {
            return device.length() < 9 && device.chars().allMatch(Character::isDigit) && !device.isEmpty()
                    ? Integer.parseInt(device)
                    : Integer.MAX_VALUE;
        }
    }

    private static final long MIN_STALE_NANOS = 2_000_000_000L;

    private final SamplingPlan plan;
    private final LongSupplier clock;
    private final Map<String, SensorCorrection> corrections;
    private final Map<Key, Entry> byKey = new TreeMap<>(Key.ORDER);
    private volatile List<Entry> entries = List.of();
    private volatile List<SourceSampler> samplers = List.of();

    /** @param clock {@link System#nanoTime} */
    public EnergyBook(SamplingPlan plan, LongSupplier clock) {
        this(plan, clock, Map.of());
    }

    /** @param corrections what meters have found of GPUs' sensors, by UUID */
    public EnergyBook(SamplingPlan plan, LongSupplier clock, Map<String, SensorCorrection> corrections) {
        this.corrections = Map.copyOf(corrections);
        this.plan = plan;
        this.clock = clock;
    }

    /** The meters, in the order of domain and device. */
    public List<Entry> entries() {
        return entries;
    }

    /** The samplers that run, in the order in which they were opened. */
    public List<SourceSampler> samplers() {
        return samplers;
    }

    /** Begins to read a source; the sampler closes it when it is stopped. */
    synchronized SourceSampler open(PowerSource source) {
        long now = clock.getAsLong();
        SamplingSchedule schedule = plan.scheduleFor(source, now);
        Map<Key, List<Integer>> grouped = new LinkedHashMap<>();
        for (int i = 0; i < source.channels().size(); i++) {
            Channel channel = source.channels().get(i);
            grouped.computeIfAbsent(new Key(channel.domain(), channel.device()), key -> new ArrayList<>())
                    .add(i);
        }
        List<Meter> meters = new ArrayList<>();
        grouped.forEach((key, indexes) -> meters.add(meter(key, source, indexes, schedule)));
        Timetable timetable = plan.isSurveyed(source) ? new FollowingTimetable(schedule, meters, now) : schedule;
        SourceSampler sampler =
                new SourceSampler(source, meters, timetable, plan.hangTimeout().toNanos(), clock);
        for (Meter meter : meters) {
            byKey.put(new Key(meter.domain(), meter.device()), new Entry(meter, sampler));
        }
        List<SourceSampler> running = new ArrayList<>(samplers);
        running.add(sampler);
        samplers = List.copyOf(running);
        entries = List.copyOf(byKey.values());
        sampler.start();
        return sampler;
    }

    private Meter meter(Key key, PowerSource source, List<Integer> indexes, SamplingSchedule schedule) {
        @Nullable Entry earlier = byKey.get(key);
        @Nullable Meter predecessor = earlier == null ? null : earlier.meter();
        return new Meter(
                key.domain(),
                key.device(),
                source.channels(),
                indexes,
                schedule.intervalNanos(),
                predecessor,
                correction(key, source));
    }

    private @Nullable SensorCorrection correction(Key key, PowerSource source) {
        return key.domain() == Domain.GPU && source instanceof GpuSource gpu
                ? corrections.get(gpu.info().uuid())
                : null;
    }

    /** Stops reading a source; its meters keep their totals. */
    synchronized void close(SourceSampler sampler) {
        sampler.stop();
        samplers = samplers.stream().filter(other -> other != sampler).toList();
    }

    /** Tells every meter that the host did not run for a while. */
    void interruptAll() {
        samplers.forEach(SourceSampler::interruptMeters);
    }
}
