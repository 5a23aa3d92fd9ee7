package io.joulegram.posix;

/** A raw system call of up to five arguments. Thread-safe. */
public final class SystemCall {
    private SystemCall() {}

    /**
     * Makes the call.
     *
     * @param number its number on this architecture
     * @return what it gave, or the error number below 0
     */
    public static long invoke(long number, long a, long b, long c, long d, long e) {
        return Libc.orErrno(Libc.syscall(number, a, b, c, d, e));
    }
}
