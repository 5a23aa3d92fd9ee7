package io.joulegram.agent.calibrate;

import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.EnergyCurve;
import io.joulegram.agent.energy.Meter;
import io.joulegram.agent.energy.MeterStream;
import io.joulegram.power.Quantity;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Over how long power sensors average, learned beside the daemon's own sampling: their values are compared with the energy
 * that another sensor of the same device has told of finer time, the driver's samples or else the counter, once the load has
 * made a step. What cannot be told stays unknown.
 *
 * <p>Used by one thread, not the sampler's. A fit takes some milliseconds: one is made at a time, and more and more seldom for
 * a sensor that gives no answer.
 */
public final class LearnedWindows {
    private static final long FIRST_WAIT_NANOS = 10_000_000_000L;
    private static final long LONGEST_WAIT_NANOS = 600_000_000_000L;
    private static final double PICOJOULES_PER_MICROJOULE = 1e6;

    private static final class Attempt {
        long nextNanos;
        long waitNanos = FIRST_WAIT_NANOS / 2;
        OptionalLong windowNanos = OptionalLong.empty();
    }

    private final Supplier<List<EnergyBook.Entry>> entries;
    private IdentityHashMap<MeterStream, Attempt> attempts = new IdentityHashMap<>();

    /** @param entries gives the meters that there are */
    public LearnedWindows(Supplier<List<EnergyBook.Entry>> entries) {
        this.entries = entries;
    }

    /** The window of a stream in nanoseconds, if it was learned. */
    public OptionalLong of(MeterStream stream) {
        Attempt attempt = attempts.get(stream);
        return attempt == null ? OptionalLong.empty() : attempt.windowNanos;
    }

    /** Tries the one that has waited longest, if one is due; about once a second. */
    public void learn(long nowNanos) {
        IdentityHashMap<MeterStream, Attempt> present = new IdentityHashMap<>();
        List<Runnable> due = new ArrayList<>();
        for (EnergyBook.Entry entry : entries.get()) {
            for (MeterStream stream : entry.meter().streams()) {
                if (isSensorOfPower(stream)) {
                    Attempt known = attempts.get(stream);
                    Attempt attempt = known == null ? begin(nowNanos) : known;
                    present.put(stream, attempt);
                    if (nowNanos - attempt.nextNanos >= 0) {
                        due.add(() -> attempt(entry, stream, attempt, nowNanos));
                    }
                }
            }
        }
        attempts = present;
        if (!due.isEmpty()) {
            due.get(0).run();
        }
    }

    private static boolean isSensorOfPower(MeterStream stream) {
        Sensor sensor = stream.channel().sensor();
        return stream.channel().quantity() == Quantity.POWER
                && sensor != Sensor.NVML_SAMPLES
                && sensor != Sensor.ESTIMATE
                && sensor != Sensor.CONSTANT;
    }

    private static Attempt begin(long nowNanos) {
        Attempt attempt = new Attempt();
        attempt.nextNanos = nowNanos + FIRST_WAIT_NANOS;
        return attempt;
    }

    private static void attempt(EnergyBook.Entry entry, MeterStream stream, Attempt attempt, long nowNanos) {
        Optional<AveragingWindow.Learned> learned = reference(entry)
                .flatMap(finer ->
                        finer.of(stream.recentChanges(), entry.sampler().intervalNanos()))
                .filter(found -> !found.isAtMost());
        learned.ifPresent(found -> attempt.windowNanos = OptionalLong.of(found.windowNanos()));
        attempt.waitNanos =
                learned.isPresent() ? LONGEST_WAIT_NANOS : Math.min(LONGEST_WAIT_NANOS, 2 * attempt.waitNanos);
        attempt.nextNanos = nowNanos + attempt.waitNanos;
    }

    /** The finest sensor that misses nothing. A counter that is read seldom tells nothing of short times. */
    private static Optional<AveragingWindow> reference(EnergyBook.Entry entry) {
        Meter meter = entry.meter();
        return of(meter, Sensor.NVML_SAMPLES)
                .map(samples -> reference(samples, samples.channel().windowNanos()))
                .or(() -> meter.streams().stream()
                        .filter(stream -> stream.channel().quantity() == Quantity.ENERGY
                                && stream.channel().cadenceNanos() == 0
                                && stream.updatePeriodNanos().isPresent())
                        .findFirst()
                        .map(counter -> reference(
                                counter,
                                Math.max(
                                        counter.updatePeriodNanos().orElse(0),
                                        entry.sampler().intervalNanos()))));
    }

    private static Optional<MeterStream> of(Meter meter, Sensor sensor) {
        return meter.streams().stream()
                .filter(stream ->
                        stream.channel().sensor() == sensor && !stream.curve().isEmpty())
                .findFirst();
    }

    private static AveragingWindow reference(MeterStream stream, long resolutionNanos) {
        EnergyCurve curve = stream.curve();
        return new AveragingWindow(
                at -> PICOJOULES_PER_MICROJOULE * curve.microjoulesAt(at),
                curve.coveredSinceNanos(),
                curve.coveredUntilNanos(),
                resolutionNanos);
    }
}
