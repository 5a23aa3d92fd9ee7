package io.joulegram.nvml;

import static java.util.Objects.requireNonNull;

/** An NVML call did not work. */
public final class NvmlException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String function;
    private final int code;

    /**
     * @param function the C function
     * @param code what it returned, of {@link NvmlReturn}
     */
    public NvmlException(String function, int code) {
        super(message(function, code));
        this.function = requireNonNull(function, "function");
        this.code = code;
    }

    NvmlException(String function, int code, String detail) {
        super(message(function, code) + ": " + detail);
        this.function = function;
        this.code = code;
    }

    /** The C function, such as {@code nvmlDeviceGetName}. */
    public String function() {
        return function;
    }

    /** What it returned, of {@link NvmlReturn}. */
    public int code() {
        return code;
    }

    private static String message(String function, int code) {
        return function + ": " + NvmlReturn.name(code) + " (" + code + ")";
    }
}
