package io.joulegram.power;

import static java.util.Objects.requireNonNull;

/** A family of power sources cannot be used on this host. Tells why, and what its user can do. */
public final class SourceUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String fix;

    /**
     * @param reason why, in a sentence for the host's operator
     * @param fix the exact command or setting that mends it; empty if nothing does
     */
    public SourceUnavailableException(String reason, String fix) {
        super(requireNonNull(reason, "reason"));
        this.fix = requireNonNull(fix, "fix");
    }

    /** The exact command or setting that mends it; empty if nothing does. */
    public String fix() {
        return fix;
    }
}
