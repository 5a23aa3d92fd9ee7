package io.joulegram.posix;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The C library by JNA direct mapping. Addresses and sizes are Java longs, so this holds on 64-bit systems only; {@code
 * open}, {@code ioctl} and {@code syscall} are variadic in C, which Linux passes like fixed arguments on x86_64 and aarch64.
 */
final class Libc {
    static {
        Native.register(Libc.class, NativeLibrary.getProcess());
    }

    private Libc() {}

    static native int open(String path, int flags);

    static native int close(int descriptor);

    static native long read(int descriptor, long buffer, long length);

    static native long pread(int descriptor, long buffer, long length, long offset);

    static native int ioctl(int descriptor, long request, long argument);

    static native int poll(long descriptors, long count, int timeoutMillis);

    static native int kill(int process, int signal);

    static native int clock_gettime(int clock, long timespec);

    static native int clock_nanosleep(int clock, int flags, long request, long remain);

    static native long syscall(long number, long a, long b, long c, long d, long e);

    /** What a call gave, or the error number below 0: {@code -ENOENT}. Must follow the call directly. */
    static long orErrno(long result) {
        return result >= 0 ? result : -Native.getLastError();
    }
}
