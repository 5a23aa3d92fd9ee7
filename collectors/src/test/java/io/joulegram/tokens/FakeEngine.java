package io.joulegram.tokens;

import java.util.function.LongUnaryOperator;

/**
 * One engine (data-parallel rank) of a {@link FakeInferenceServer}. What it has processed is known for every instant,
 * so a test can compare with the truth. Thread-safe.
 */
public final class FakeEngine {
    private static final double NANOS_PER_SECOND = 1e9;

    private final String model;
    private final int rank;
    private Counts added = Counts.NONE;
    private Counts countedBeforeReset = Counts.NONE;
    private LongUnaryOperator promptAt = nanos -> 0;
    private LongUnaryOperator cachedAt = nanos -> 0;
    private LongUnaryOperator generatedAt = nanos -> 0;
    private double running;
    private double waiting;

    /** Tokens at one instant; {@code prompt} includes {@code cached}. */
    public record Counts(long prompt, long cached, long generated) {
        static final Counts NONE = new Counts(0, 0, 0);

        Counts plus(Counts other) {
            return new Counts(prompt + other.prompt, cached + other.cached, generated + other.generated);
        }

        Counts minus(Counts other) {
            return new Counts(prompt - other.prompt, cached - other.cached, generated - other.generated);
        }
    }

    /** What the server shows of an engine. */
    record State(String model, int rank, Counts counts, double running, double waiting) {}

    FakeEngine(String model, int rank) {
        this.model = model;
        this.rank = rank;
    }

    /** Processes tokens at once; {@code prompt} includes {@code cached}. */
    public synchronized FakeEngine add(long prompt, long cached, long generated) {
        added = added.plus(new Counts(prompt, cached, generated));
        return this;
    }

    /** Sets how many requests run and wait. */
    public synchronized FakeEngine requests(double nowRunning, double nowWaiting) {
        running = nowRunning;
        waiting = nowWaiting;
        return this;
    }

    /** From now on processes tokens at these rates, evenly. */
    public synchronized FakeEngine steady(double promptPerSecond, double cachedPerSecond, double generatedPerSecond) {
        long start = System.nanoTime();
        return follow(
                nanos -> (long) (promptPerSecond * (nanos - start) / NANOS_PER_SECOND),
                nanos -> (long) (cachedPerSecond * (nanos - start) / NANOS_PER_SECOND),
                nanos -> (long) (generatedPerSecond * (nanos - start) / NANOS_PER_SECOND));
    }

    /**
     * Processes tokens as functions of {@link System#nanoTime()} tell, besides those that are added. The functions must
     * not fall.
     */
    public synchronized FakeEngine follow(
            LongUnaryOperator prompt, LongUnaryOperator cached, LongUnaryOperator generated) {
        promptAt = prompt;
        cachedAt = cached;
        generatedAt = generated;
        return this;
    }

    /** The truth: all tokens processed up to an instant, restarts or not. */
    public synchronized Counts processed(long atNanos) {
        return added.plus(new Counts(
                promptAt.applyAsLong(atNanos), cachedAt.applyAsLong(atNanos), generatedAt.applyAsLong(atNanos)));
    }

    synchronized void reset(long atNanos) {
        countedBeforeReset = processed(atNanos);
    }

    synchronized State state(long atNanos) {
        return new State(model, rank, processed(atNanos).minus(countedBeforeReset), running, waiting);
    }
}
