package io.joulegram.amdsmi;

/** Codes of {@code amdsmi_status_t}. */
public final class AmdSmiStatus {
    /** It worked. */
    public static final int SUCCESS = 0;
    /** The device does not have it. */
    public static final int NOT_SUPPORTED = 2;
    /** The library does not have it. */
    public static final int NOT_YET_IMPLEMENTED = 3;
    /** Denied. */
    public static final int NO_PERM = 10;
    /** The device is busy. */
    public static final int BUSY = 30;
    /** There is no such device. */
    public static final int NOT_FOUND = 31;
    /** The library is not initialized. */
    public static final int NOT_INIT = 32;
    /** What was read is not what was expected; also given by this package for a value that cannot be. */
    public static final int UNEXPECTED_DATA = 43;

    private AmdSmiStatus() {}

    /** The symbol of a code without its prefix, such as {@code NOT_SUPPORTED}; {@code status 99} for others. */
    public static String nameOf(int status) {
        return switch (status) {
            case SUCCESS -> "SUCCESS";
            case NOT_SUPPORTED -> "NOT_SUPPORTED";
            case NOT_YET_IMPLEMENTED -> "NOT_YET_IMPLEMENTED";
            case NO_PERM -> "NO_PERM";
            case BUSY -> "BUSY";
            case NOT_FOUND -> "NOT_FOUND";
            case NOT_INIT -> "NOT_INIT";
            case UNEXPECTED_DATA -> "UNEXPECTED_DATA";
            default -> "status " + status;
        };
    }
}
