package io.joulegram.agent.simulate;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * An inference engine in time: runs step after step while there is work, each as long as the roofline says. It moves only
 * when it is told to ({@link #advance}, {@link #submit}, {@link #abort}, {@link #truth}), and then up to the instant that its
 * clock shows: every step begins at the very end of the one before, however late it is told. A clock that a test sets
 * makes it a pure function of what is submitted when.
 *
 * <p>Thread-safe. One thread submits, aborts and advances; the energy may be read by any.
 */
public final class SimulatedEngine {
    private final EngineSettings settings;
    private final LongSupplier nanoTime;
    private final Roofline roofline;
    private final EngineStatistics statistics;
    private final BatchScheduler scheduler;
    private final EnergyLedger energy;
    private Batch batch = new Batch();
    private List<MadeToken> made = new ArrayList<>();

    /** @param nanoTime the clock, {@link System#nanoTime()} outside tests; never goes back */
    public SimulatedEngine(EngineSettings settings, LongSupplier nanoTime) {
        this.settings = requireNonNull(settings, "settings");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
        roofline = new Roofline(settings.model(), settings.accelerator(), settings.tensorParallel());
        statistics = new EngineStatistics(settings.maxTokens());
        scheduler = new BatchScheduler(settings, statistics);
        energy = new EnergyLedger(
                nanoTime.getAsLong(), settings.accelerator().idleMilliwatts() * settings.tensorParallel());
    }

    /** What it serves, on what. */
    public EngineSettings settings() {
        return settings;
    }

    /**
     * Puts a request into the queue; where nothing runs its first step begins at once.
     *
     * @return whether the queue had a place
     * @throws IllegalArgumentException if it can never fit into memory
     */
    synchronized boolean submit(Sequence sequence) {
        long now = catchUp();
        if (!scheduler.submit(sequence)) {
            return false;
        }
        sequence.arrive(now);
        if (!energy.isStepping()) {
            beginStep(now);
        }
        return true;
    }

    /** Gives up a request; nothing happens if it has ended. */
    synchronized void abort(Sequence sequence) {
        catchUp();
        scheduler.abort(sequence);
    }

    /** Runs up to now. Returns the tokens that were made since the last call, in order. */
    synchronized List<MadeToken> advance() {
        catchUp();
        List<MadeToken> all = made;
        made = new ArrayList<>();
        return all;
    }

    /** When the step ends that is going on; empty if nothing runs. */
    synchronized OptionalLong stepEndNanos() {
        return energy.isStepping() ? OptionalLong.of(energy.stepEndNanos()) : OptionalLong.empty();
    }

    /** Fills in the energy up to now, or up to the end of a step that is not followed by another yet. */
    synchronized void read(EnergyReading reading) {
        long now = nanoTime.getAsLong();
        boolean late = energy.isStepping() && now - energy.stepEndNanos() > 0;
        energy.read(late ? energy.stepEndNanos() : now, reading);
    }

    /** Whether a step is going on. */
    synchronized boolean isBusy() {
        return energy.isStepping();
    }

    /** What has happened up to now. */
    public synchronized Truth truth() {
        EnergyReading reading = new EnergyReading();
        energy.read(catchUp(), reading);
        return new Truth(
                reading.atNanos(),
                reading.elapsedNanos(),
                reading.busyNanos(),
                reading.idleMicrojoules(),
                reading.prefillMicrojoules(),
                reading.decodeMicrojoules(),
                statistics.promptTokens(),
                statistics.cachedTokens(),
                statistics.computedPromptTokens(),
                statistics.generatedTokens(),
                statistics.steps(),
                statistics.preemptions(),
                scheduler.running(),
                scheduler.waiting(),
                scheduler.usedRatio());
    }

    /** What vLLM would show at {@code /metrics} now. */
    synchronized String metrics() {
        catchUp();
        return new VllmExposition(settings, statistics, scheduler).text();
    }

    private long catchUp() {
        long now = nanoTime.getAsLong();
        while (energy.isStepping() && now - energy.stepEndNanos() >= 0) {
            long end = energy.stepEndNanos();
            energy.end();
            scheduler.complete(batch, end, made);
            beginStep(end);
        }
        return now;
    }

    private void beginStep(long atNanos) {
        batch = scheduler.next(atNanos);
        if (!batch.isEmpty()) {
            energy.begin(atNanos, roofline.cost(batch.work()));
        }
    }
}
