package io.joulegram.nvml;

/** The clocks of a GPU ({@code nvmlClockType_t}). */
public enum NvmlClock {
    /** Graphics. */
    GRAPHICS(0),
    /** Streaming multiprocessors. */
    SM(1),
    /** Memory. */
    MEMORY(2),
    /** Video encoder and decoder. */
    VIDEO(3);

    private final int type;

    NvmlClock(int type) {
        this.type = type;
    }

    int type() {
        return type;
    }
}
