package io.joulegram.agent.proxy;

import java.util.OptionalDouble;

/**
 * What the daemon has booked on one model of the server since the daemon's start.
 *
 * @param model its name
 * @param untilMillis the end of the newest interval that is in it, since 1970
 * @param prefillMicrojoules facility energy of reading prompts
 * @param decodeMicrojoules facility energy of writing output
 * @param idleMicrojoules facility energy while it waited
 * @param computedPromptTokens prompt tokens that were computed
 * @param outputTokens output tokens, those of requests under way included
 * @param grams operational and embodied CO2e; empty if the intensity of the grid is not known
 */
record ModelReading(
        String model,
        long untilMillis,
        long prefillMicrojoules,
        long decodeMicrojoules,
        long idleMicrojoules,
        long computedPromptTokens,
        long outputTokens,
        OptionalDouble grams) {

    /** The same instant is told a millisecond earlier or later each time; intervals are longer than this. */
    private static final long SHORTEST_INTERVAL_MILLIS = 500;

    /** Whether this one can come after another: no counter is less, so the daemon was not started anew. */
    boolean follows(ModelReading before) {
        return prefillMicrojoules >= before.prefillMicrojoules
                && decodeMicrojoules >= before.decodeMicrojoules
                && idleMicrojoules >= before.idleMicrojoules
                && computedPromptTokens >= before.computedPromptTokens
                && outputTokens >= before.outputTokens;
    }

    /** Whether an interval has ended since one that this follows. */
    boolean isNewsAfter(ModelReading before) {
        return totalMicrojoules() > before.totalMicrojoules()
                || computedPromptTokens + outputTokens > before.computedPromptTokens + before.outputTokens
                || untilMillis >= before.untilMillis + SHORTEST_INTERVAL_MILLIS;
    }

    /** All energy. */
    long totalMicrojoules() {
        return prefillMicrojoules + decodeMicrojoules + idleMicrojoules;
    }
}
