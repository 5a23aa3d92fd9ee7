package io.joulegram.agent.simulate;

/** The energy of accelerators from the start up to an instant, filled again and again. Belongs to one thread. */
final class EnergyReading {
    private long atNanos;
    private long elapsedNanos;
    private long busyNanos;
    private long idleMicrojoules;
    private long prefillMicrojoules;
    private long decodeMicrojoules;

    /** Begins anew, with nothing. */
    void begin(long instantNanos) {
        atNanos = instantNanos;
        elapsedNanos = 0;
        busyNanos = 0;
        idleMicrojoules = 0;
        prefillMicrojoules = 0;
        decodeMicrojoules = 0;
    }

    void add(long elapsed, long busy, long idle, long prefill, long decode) {
        elapsedNanos += elapsed;
        busyNanos += busy;
        idleMicrojoules += idle;
        prefillMicrojoules += prefill;
        decodeMicrojoules += decode;
    }

    /** The instant, on the engine's clock: the newest of which all is known. */
    long atNanos() {
        return atNanos;
    }

    /** Time since the start, that of a share of the accelerators being a share of the time. */
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
