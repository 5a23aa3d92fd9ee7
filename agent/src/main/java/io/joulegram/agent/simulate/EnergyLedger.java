package io.joulegram.agent.simulate;

/**
 * The energy that the steps of an engine have taken, and its share of the energy at rest. Within a step it rises evenly. In
 * whole microjoules, and at the end of every step exactly the sum of the steps' costs. Not thread-safe.
 */
final class EnergyLedger {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double MILLI = 1e3;
    private static final StepCost NO_STEP = new StepCost(0, 0, 0);

    private final long startNanos;
    private final long idleMilliwatts;
    private final int shares;
    private long doneNanos;
    private long prefillMicrojoules;
    private long decodeMicrojoules;
    private long stepBeginNanos;
    private StepCost step = NO_STEP;

    /**
     * @param idleMilliwatts of all accelerators together
     * @param shares engines that share them
     */
    EnergyLedger(long startNanos, long idleMilliwatts, int shares) {
        this.startNanos = startNanos;
        this.idleMilliwatts = idleMilliwatts;
        this.shares = shares;
    }

    /** A step begins; the one before has ended. */
    void begin(long atNanos, StepCost cost) {
        stepBeginNanos = atNanos;
        step = cost;
    }

    /** The step ends. */
    void end() {
        doneNanos += step.nanos();
        prefillMicrojoules += step.prefillMicrojoules();
        decodeMicrojoules += step.decodeMicrojoules();
        step = NO_STEP;
    }

    boolean isStepping() {
        return step.nanos() > 0;
    }

    /** What is drawn while nothing else begins or ends. */
    double watts() {
        double activeWatts = isStepping()
                ? (step.prefillMicrojoules() + step.decodeMicrojoules()) * NANOS_PER_MICRO / step.nanos()
                : 0;
        return idleMilliwatts / MILLI / shares + activeWatts;
    }

    /** When the step ends that is going on. */
    long stepEndNanos() {
        return stepBeginNanos + step.nanos();
    }

    /** Adds what holds at the reading's instant, which is not after the end of the step that is going on. */
    void addTo(EnergyReading reading) {
        long inStepNanos = isStepping() ? reading.atNanos() - stepBeginNanos : 0;
        long elapsedNanos = reading.atNanos() - startNanos;
        reading.add(
                elapsedNanos / shares,
                doneNanos + inStepNanos,
                microjoules(idleMilliwatts, elapsedNanos) / shares,
                prefillMicrojoules + part(step.prefillMicrojoules(), inStepNanos),
                decodeMicrojoules + part(step.decodeMicrojoules(), inStepNanos));
    }

    private long part(long microjoules, long nanos) {
        return nanos == 0 ? 0 : (long) ((double) microjoules * nanos / step.nanos());
    }

    /** Energy of a power that is held for a time, rounded down. */
    static long microjoules(long milliwatts, long nanos) {
        // Split at the millisecond, so that no product overflows in the life of a process.
        return milliwatts * (nanos / NANOS_PER_MILLI) + milliwatts * (nanos % NANOS_PER_MILLI) / NANOS_PER_MILLI;
    }
}
