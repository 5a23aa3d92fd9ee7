package io.joulegram.posix;

/** A call to the C library failed; the message holds the call, what it was about, and the error's name. */
public final class PosixException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * @param call name of the function, such as {@code open}
     * @param subject what it was called on, such as a path
     * @param errno the error number it gave, above 0
     */
    public PosixException(String call, String subject, int errno) {
        super(call + " " + subject + ": " + Errno.nameOf(errno));
        this.errno = errno;
    }

    /** The error number, above 0; {@link Errno} names it. */
    public int errno() {
        return errno;
    }
}
