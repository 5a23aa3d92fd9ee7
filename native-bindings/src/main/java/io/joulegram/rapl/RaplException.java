package io.joulegram.rapl;

import io.joulegram.posix.Errno;
import io.joulegram.posix.PosixException;
import java.nio.file.Path;

/** RAPL, or one part of it, cannot be used; the message holds the file and the error's name. */
public final class RaplException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The kernel does not offer it: no such hardware, driver or counter. */
        ABSENT,
        /** It is there but hidden from this process, as container runtimes do. */
        MASKED,
        /** This process may not use it. */
        DENIED,
        /** A file does not hold what it should. */
        MALFORMED,
        /** A call failed for another reason. */
        FAILED
    }

    private final Reason reason;

    RaplException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    private RaplException(Reason reason, PosixException cause) {
        super(cause.getMessage(), cause);
        this.reason = reason;
    }

    static RaplException of(PosixException cause) {
        Reason reason = switch (cause.errno()) {
            case Errno.EACCES, Errno.EPERM -> Reason.DENIED;
            case Errno.ENOENT, Errno.ENOTDIR, Errno.ENODEV, Errno.ENXIO, Errno.ENOSYS -> Reason.ABSENT;
            default -> Reason.FAILED;
        };
        return new RaplException(reason, cause);
    }

    static RaplException malformed(Path file, String value, String allowed) {
        return new RaplException(Reason.MALFORMED, file + ": \"" + value + "\" is not " + allowed);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
