package io.joulegram.agent.simulate;

/**
 * The energy of all accelerators from the start up to an instant, filled again and again by {@link
 * SimulatedEngine#read}. Belongs to one thread.
 */
final class EnergyReading {
    private long atNanos;
    private long elapsedNanos;
    private long busyNanos;
    private long idleMicrojoules;
    private long prefillMicrojoules;
    private long decodeMicrojoules;

    void set(
            long atNanos,
            long elapsedNanos,
            long busyNanos,
            long idleMicrojoules,
            long prefillMicrojoules,
            long decodeMicrojoules) {
        this.atNanos = atNanos;
        this.elapsedNanos = elapsedNanos;
        this.busyNanos = busyNanos;
        this.idleMicrojoules = idleMicrojoules;
        this.prefillMicrojoules = prefillMicrojoules;
        this.decodeMicrojoules = decodeMicrojoules;
    }

    /** The instant, on the engine's clock: the newest of which all is known. */
    long atNanos() {
        return atNanos;
    }

    /** Time since the start. */
    long elapsedNanos() {
        return elapsedNanos;
    }

    /** Time in which steps ran. */
    long busyNanos() {
        return busyNanos;
    }

    /** What would have been drawn at rest. */
    long idleMicrojoules() {
        return idleMicrojoules;
    }

    /** What prefill has taken above rest. */
    long prefillMicrojoules() {
        return prefillMicrojoules;
    }

    /** What decoding has taken above rest. */
    long decodeMicrojoules() {
        return decodeMicrojoules;
    }

    /** All of it. */
    long microjoules() {
        return idleMicrojoules + prefillMicrojoules + decodeMicrojoules;
    }
}
