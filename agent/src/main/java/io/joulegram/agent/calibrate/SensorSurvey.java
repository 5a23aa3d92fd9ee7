package io.joulegram.agent.calibrate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Reads a source as densely as it lets itself be read, and tells how its sensors behave under the load that there is. */
public final class SensorSurvey {
    /** Far below the update period of any power sensor. */
    private static final long INTERVAL_NANOS = 2_000_000;

    /**
     * How a sensor behaves; what could not be told is empty.
     *
     * @param channel which one
     * @param updatePeriodNanos how often there is a new value
     * @param windowNanos over how long a value is a mean
     * @param isWindowAtMost whether the window is no more than that
     * @param smallestChange the smallest change of the value, in the channel's unit
     * @param joules energy over the span that all sensors of the domain tell of
     */
    public record Behaviour(
            Channel channel,
            OptionalLong updatePeriodNanos,
            OptionalLong windowNanos,
            boolean isWindowAtMost,
            OptionalLong smallestChange,
            OptionalDouble joules) {}

    private final PowerSource source;
    private final List<SensorSeries> series;

    /** @param source read by the thread that calls {@link #run} alone */
    public SensorSurvey(PowerSource source) {
        this.source = source;
        series = source.channels().stream().map(SensorSeries::new).toList();
    }

    /** Reads the source for a while. */
    public void run(Duration duration) throws InterruptedException {
        Readings readings = new Readings(series.size());
        long end = System.nanoTime() + duration.toNanos();
        for (long next = System.nanoTime(); next - end < 0; next = Math.max(next + INTERVAL_NANOS, System.nanoTime())) {
            long wait = next - System.nanoTime();
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            readings.clear();
            source.wantHistory(true);
            source.read(readings);
            take(readings);
        }
    }

    private void take(Readings readings) {
        for (int i = 0; i < series.size(); i++) {
            if (readings.status(i) == Readings.Status.MEASURED) {
                for (int past = 0; past < readings.pastSize(i); past++) {
                    series.get(i).add(readings.pastTimeNanos(i, past), readings.pastValue(i, past));
                }
                series.get(i).add(readings.timeNanos(i), readings.value(i));
            }
        }
    }

    /** What every channel told, in the order of the source's channels. */
    public List<SensorSeries> series() {
        return series;
    }

    /** How the sensors behave, in the order of the source's channels. */
    public List<Behaviour> behaviours() {
        Optional<AveragingWindow> reference = series.stream()
                .filter(one -> one.channel().sensor() == Sensor.NVML_SAMPLES)
                .findFirst()
                .flatMap(SensorSeries::asReference);
        List<Behaviour> behaviours = new ArrayList<>();
        for (SensorSeries one : series) {
            Channel channel = one.channel();
            boolean comparable = channel.quantity() == Quantity.POWER
                    && channel.domain() == Domain.GPU
                    && channel.sensor() != Sensor.NVML_SAMPLES;
            Optional<AveragingWindow.Learned> window =
                    comparable ? reference.flatMap(finer -> finer.of(one)) : Optional.empty();
            behaviours.add(new Behaviour(
                    channel,
                    one.updatePeriodNanos(),
                    window.isPresent() ? OptionalLong.of(window.get().windowNanos()) : OptionalLong.empty(),
                    window.map(AveragingWindow.Learned::isAtMost).orElse(false),
                    one.smallestChange(),
                    joules(one)));
        }
        return behaviours;
    }

    /**
     * The behaviours of a survey in which the counter was read as often as the rest, with what another tells better in which
     * it was not: reading a dear counter holds up the rest, so that their times are not exact.
     */
    public static List<Behaviour> behaviours(SensorSurvey dense, SensorSurvey undisturbed) {
        List<Behaviour> exact = undisturbed.behaviours();
        return dense.behaviours().stream()
                .map(one -> exact.stream()
                        .filter(other -> other.channel().sensor()
                                        == one.channel().sensor()
                                && other.channel().domain() == one.channel().domain()
                                && other.channel().quantity() == Quantity.POWER)
                        .findFirst()
                        .map(other -> new Behaviour(
                                one.channel(),
                                other.updatePeriodNanos(),
                                other.windowNanos(),
                                other.isWindowAtMost(),
                                other.smallestChange(),
                                one.joules()))
                        .orElse(one))
                .toList();
    }

    /** Over the span from the first to the last change of the counter of the same domain; empty without one. */
    private OptionalDouble joules(SensorSeries one) {
        Optional<SensorSeries> found = series.stream()
                .filter(other -> other.channel().domain() == one.channel().domain()
                        && other.channel().quantity() == Quantity.ENERGY)
                .findFirst();
        if (found.isEmpty() || one.size() < 2) {
            return OptionalDouble.empty();
        }
        SensorSeries counter = found.get();
        int[] steps = counter.changes();
        if (steps.length < 2) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(
                one == counter
                        ? counted(counter, steps)
                        : integrated(one, counter.timeNanos(steps[0]), counter.timeNanos(steps[steps.length - 1])));
    }

    private static double counted(SensorSeries counter, int[] steps) {
        long rise = counter.value(steps[steps.length - 1]) - counter.value(steps[0]);
        return 1e-6 * rise * counter.channel().microjoulesPerCount();
    }

    /** By the trapezoid rule, from milliwatts and nanoseconds. */
    private static double integrated(SensorSeries power, long from, long until) {
        double picojoules = 0;
        for (int i = 1; i < power.size(); i++) {
            long begin = Math.max(from, power.timeNanos(i - 1));
            long end = Math.min(until, power.timeNanos(i));
            if (end > begin) {
                picojoules += 0.5 * (power.value(i - 1) + power.value(i)) * (end - begin);
            }
        }
        return picojoules * 1e-12;
    }
}
