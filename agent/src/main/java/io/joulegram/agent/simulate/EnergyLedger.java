package io.joulegram.agent.simulate;

/**
 * The energy that steps have taken. Within a step it rises evenly. In whole microjoules, and at the end of every step
 * exactly the sum of the steps' costs. Not thread-safe.
 */
final class EnergyLedger {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final StepCost NO_STEP = new StepCost(0, 0, 0);

    private final long startNanos;
    private final long idleMilliwatts;
    private long doneNanos;
    private long prefillMicrojoules;
    private long decodeMicrojoules;
    private long stepBeginNanos;
    private StepCost step = NO_STEP;

    /** @param idleMilliwatts of all accelerators together */
    EnergyLedger(long startNanos, long idleMilliwatts) {
        this.startNanos = startNanos;
        this.idleMilliwatts = idleMilliwatts;
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

    /** When the step ends that is going on. */
    long stepEndNanos() {
        return stepBeginNanos + step.nanos();
    }

    /** Fills in what holds at an instant, which is not after the end of the step that is going on. */
    void read(long atNanos, EnergyReading reading) {
        long inStepNanos = isStepping() ? atNanos - stepBeginNanos : 0;
        reading.set(
                atNanos,
                atNanos - startNanos,
                doneNanos + inStepNanos,
                microjoules(idleMilliwatts, atNanos - startNanos),
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
