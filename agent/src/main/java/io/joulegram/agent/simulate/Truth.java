package io.joulegram.agent.simulate;

/**
 * What has happened from the start up to an instant; energy is that of all accelerators.
 *
 * @param atNanos the instant, on the engine's clock
 * @param elapsedNanos time since the start
 * @param busyNanos time in which steps ran
 * @param idleMicrojoules energy that would have been drawn at rest
 * @param prefillMicrojoules energy above rest that prefill has taken
 * @param decodeMicrojoules energy above rest that decoding has taken
 * @param promptTokens tokens of prompts whose answer has begun, those from the cache included
 * @param cachedTokens of them, those from the cache
 * @param computedPromptTokens tokens that prefill has computed, again after a preemption, too
 * @param generatedTokens output tokens
 * @param steps steps that have ended
 * @param preemptions how often a sequence was preempted
 * @param running sequences in the batch
 * @param waiting requests in the queue
 * @param keyValueUsedRatio share of the memory for keys and values that is held
 */
public record Truth(
        long atNanos,
        long elapsedNanos,
        long busyNanos,
        long idleMicrojoules,
        long prefillMicrojoules,
        long decodeMicrojoules,
        long promptTokens,
        long cachedTokens,
        long computedPromptTokens,
        long generatedTokens,
        long steps,
        long preemptions,
        int running,
        int waiting,
        double keyValueUsedRatio) {

    /** All energy of the accelerators. */
    public long microjoules() {
        return idleMicrojoules + prefillMicrojoules + decodeMicrojoules;
    }

    /** Energy of the host's processor. */
    public long cpuMicrojoules() {
        return HostPower.cpuMicrojoules(elapsedNanos, busyNanos);
    }

    /** Energy of the host's memory. */
    public long dramMicrojoules() {
        return HostPower.dramMicrojoules(elapsedNanos, busyNanos);
    }
}
