package io.joulegram.agent.simulate;

/**
 * What has happened from the start up to an instant; energy is that of all accelerators.
 *
 * @param atNanos the instant, on the engine's clock
 * @param elapsedNanos time since the start, summed over engines
 * @param busyNanos time in which steps ran, summed over engines
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
 * @param keyValueBlocksUsed blocks for keys and values that are held
 * @param keyValueBlocks blocks for keys and values that there are
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
        long keyValueBlocksUsed,
        long keyValueBlocks) {

    /** This and what has happened in another engine. */
    Truth plus(Truth other) {
        return new Truth(
                Math.max(atNanos, other.atNanos),
                elapsedNanos + other.elapsedNanos,
                busyNanos + other.busyNanos,
                idleMicrojoules + other.idleMicrojoules,
                prefillMicrojoules + other.prefillMicrojoules,
                decodeMicrojoules + other.decodeMicrojoules,
                promptTokens + other.promptTokens,
                cachedTokens + other.cachedTokens,
                computedPromptTokens + other.computedPromptTokens,
                generatedTokens + other.generatedTokens,
                steps + other.steps,
                preemptions + other.preemptions,
                running + other.running,
                waiting + other.waiting,
                keyValueBlocksUsed + other.keyValueBlocksUsed,
                keyValueBlocks + other.keyValueBlocks);
    }

    /** Share of the memory for keys and values that is held. */
    public double keyValueUsedRatio() {
        return (double) keyValueBlocksUsed / keyValueBlocks;
    }

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
