package io.joulegram.agent.calibrate;

import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Puts a host through the stress levels and notes what each did. */
public final class StressRun {
    /** Of a level, before it counts: fans, clocks and the meter follow with a delay. */
    private static final double SETTLING_SHARE = 0.25;

    private static final Duration STEP = Duration.ofMillis(500);
    private static final double NANOS_PER_SECOND = 1e9;

    private final StressedHost host;
    private final Duration perLevel;
    private final Consumer<String> progress;

    /**
     * @param perLevel how long each level lasts
     * @param progress takes a line as each level begins
     */
    public StressRun(StressedHost host, Duration perLevel, Consumer<String> progress) {
        this.host = host;
        this.perLevel = perLevel;
        this.progress = progress;
    }

    /**
     * Runs all levels.
     *
     * @param counters measures processors; nothing does if empty
     * @throws CalibrationException if a counter cannot be read
     */
    public List<MeasuredLevel> run(Optional<PowerSource> counters) throws CalibrationException, InterruptedException {
        List<MeasuredLevel> levels = new ArrayList<>();
        List<StressLevel> plan = StressLevel.plan(host.threads());
        Optional<EnergyMeter> meter =
                counters.isPresent() ? Optional.of(new EnergyMeter(counters.get(), host::nanoTime)) : Optional.empty();
        for (int i = 0; i < plan.size(); i++) {
            progress.accept("level " + (i + 1) + " of " + plan.size() + ": "
                    + plan.get(i).label());
            levels.add(measure(plan.get(i), meter));
        }
        return levels;
    }

    private MeasuredLevel measure(StressLevel level, Optional<EnergyMeter> meter)
            throws CalibrationException, InterruptedException {
        host.apply(level);
        Duration settling = Duration.ofMillis(Math.round(perLevel.toMillis() * SETTLING_SHARE));
        pass(settling, meter);
        Optional<Double> cpuBefore = meter.flatMap(energy -> energy.joules(Domain.CPU));
        Optional<Double> dramBefore = meter.flatMap(energy -> energy.joules(Domain.DRAM));
        long streamedBefore = host.streamedBytes();
        host.utilization();
        Instant begin = host.now();
        long beginNanos = host.nanoTime();
        pass(perLevel.minus(settling), meter);
        long elapsedNanos = host.nanoTime() - beginNanos;
        double seconds = elapsedNanos / NANOS_PER_SECOND;
        Load load = new Load(level.label(), host.utilization(), (host.streamedBytes() - streamedBefore) / seconds);
        return new MeasuredLevel(
                begin,
                begin.plusNanos(elapsedNanos),
                load,
                level.utilization(host.threads()),
                watts(cpuBefore, meter, Domain.CPU, seconds),
                watts(dramBefore, meter, Domain.DRAM, seconds));
    }

    private void pass(Duration duration, Optional<EnergyMeter> meter)
            throws CalibrationException, InterruptedException {
        Duration left = duration;
        while (left.compareTo(Duration.ZERO) > 0) {
            Duration step = left.compareTo(STEP) < 0 ? left : STEP;
            host.pause(step);
            left = left.minus(step);
            if (meter.isPresent()) {
                meter.get().update();
            }
        }
    }

    private static OptionalDouble watts(
            Optional<Double> before, Optional<EnergyMeter> meter, Domain domain, double seconds) {
        Optional<Double> after = meter.flatMap(energy -> energy.joules(domain));
        return before.isPresent() && after.isPresent()
                ? OptionalDouble.of((after.get() - before.get()) / seconds)
                : OptionalDouble.empty();
    }
}
