package io.joulegram.agent.simulate;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * An inference engine in time: runs step after step while there is work, each as long as the roofline says. It moves only
 * when it is told to ({@link #advance}, {@link #submit}, {@link #abort}, {@link #truth}), and then up to the instant that its
 * clock shows: every step begins at the very end of the one before, however late it is told. A clock that a test sets
 * makes it a pure function of what is submitted when.
 *
 * <p>Thread-safe. One thread submits, aborts and advances; the energy may be read by any. Guarded by its accelerators, which it may
 * share with engines of other servers.
 */
final class SimulatedEngine {
    private static final long WAITING_WEIGHT = 4;

    private final EngineSettings settings;
    private final Accelerators accelerators;
    private final Roofline roofline;
    private final EngineStatistics statistics;
    private final BatchScheduler scheduler;
    private final EnergyLedger energy;
    private Batch batch = new Batch();
    private List<MadeToken> made = new ArrayList<>();

    /**
     * One that has its accelerators for itself.
     *
     * @param nanoTime the clock, {@link System#nanoTime()} outside tests; never goes back
     */
    static SimulatedEngine alone(EngineSettings settings, LongSupplier nanoTime) {
        return sharing(settings, 1, nanoTime).get(0);
    }

    private SimulatedEngine(EngineSettings settings, LongSupplier nanoTime, Accelerators accelerators, int shares) {
        this.settings = requireNonNull(settings, "settings");
        this.accelerators = accelerators;
        roofline = new Roofline(settings.model(), settings.accelerator(), settings.tensorParallel());
        statistics = new EngineStatistics(settings.maxTokens());
        scheduler = new BatchScheduler(settings, statistics);
        energy = new EnergyLedger(
                nanoTime.getAsLong(), settings.accelerator().idleMilliwatts() * settings.tensorParallel(), shares);
    }

    /**
     * Engines that share their accelerators.
     *
     * @param settings of each; what they hold must fit together
     */
    static List<SimulatedEngine> sharing(EngineSettings settings, int shares, LongSupplier nanoTime) {
        Accelerators accelerators = new Accelerators(nanoTime);
        List<SimulatedEngine> engines = new ArrayList<>();
        for (int share = 0; share < shares; share++) {
            SimulatedEngine engine = new SimulatedEngine(settings, nanoTime, accelerators, shares);
            accelerators.add(engine);
            engines.add(engine);
        }
        return engines;
    }

    /** What it serves, on what. */
    EngineSettings settings() {
        return settings;
    }

    Accelerators accelerators() {
        return accelerators;
    }

    /** Guarded by the accelerators. */
    EnergyLedger energy() {
        return energy;
    }

    /**
     * Puts a request into the queue; where nothing runs its first step begins at once.
     *
     * @return whether the queue had a place
     * @throws IllegalArgumentException if it can never fit into memory
     */
    boolean submit(Sequence sequence) {
        synchronized (accelerators) {
            long now = accelerators.catchUp();
            if (!scheduler.submit(sequence)) {
                return false;
            }
            sequence.arrive(now);
            accelerators.begin(now);
            return true;
        }
    }

    /** Gives up a request; nothing happens if it has ended. */
    void abort(Sequence sequence) {
        synchronized (accelerators) {
            accelerators.catchUp();
            scheduler.abort(sequence);
        }
    }

    /** Runs up to now. Returns the tokens that were made since the last call, in order. */
    List<MadeToken> advance() {
        synchronized (accelerators) {
            accelerators.catchUp();
            List<MadeToken> all = made;
            made = new ArrayList<>();
            return all;
        }
    }

    /** What has happened up to now. */
    Truth truth() {
        synchronized (accelerators) {
            EnergyReading reading = new EnergyReading();
            reading.begin(accelerators.catchUp());
            energy.addTo(reading);
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
                    scheduler.usedBlocks(),
                    settings.keyValueBlocks());
        }
    }

    /** Adds what vLLM would show now. */
    void expose(int rank, VllmExposition exposition) {
        synchronized (accelerators) {
            accelerators.catchUp();
            exposition.add(rank, settings, statistics, scheduler);
        }
    }

    /** How much it has to do, by which vLLM chooses between engines (DPLBAsyncMPClient in vllm/v1/engine/core_client.py). */
    long score() {
        synchronized (accelerators) {
            return WAITING_WEIGHT * scheduler.waiting() + scheduler.running();
        }
    }

    /** The step ends. Guarded by the accelerators. */
    void endStep(long atNanos) {
        energy.end();
        scheduler.complete(batch, atNanos, made);
    }

    /** Begins a step, if there is something to do; returns whether there was. Guarded by the accelerators. */
    boolean beginStep(long atNanos) {
        batch = scheduler.next(atNanos);
        if (batch.isEmpty()) {
            return false;
        }
        energy.begin(atNanos, roofline.cost(batch.work()));
        return true;
    }
}
