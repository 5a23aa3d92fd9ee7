package io.joulegram.nvml;

/** What becomes of the code that a call returned. */
final class Calls {
    private Calls() {}

    /** @throws NvmlException unless the call worked */
    static void check(String function, int code) throws NvmlException {
        if (code != NvmlReturn.SUCCESS) {
            throw new NvmlException(function, code);
        }
    }
}
