package io.joulegram.rapl;

import io.joulegram.posix.Errno;
import io.joulegram.posix.NativeBuffer;
import io.joulegram.posix.PosixException;
import io.joulegram.posix.PosixFile;
import io.joulegram.posix.SystemCall;
import io.joulegram.rapl.RaplException.Reason;
import java.lang.ref.Reference;

/** A perf event that only counts: a descriptor that gives eight bytes at each read. */
final class PerfCounter implements EnergyCounter {
    private static final int ANY_PROCESS = -1;
    private static final int NO_GROUP = -1;
    private static final int PERF_FLAG_FD_CLOEXEC = 8;

    private final PosixFile file;
    private final NativeBuffer buffer = new NativeBuffer(Long.BYTES);
    private long count;

    private PerfCounter(PosixFile file) {
        this.file = file;
    }

    static PerfCounter open(NativeBuffer attributes, int cpu, String subject) throws RaplException {
        long number = perfEventOpenNumber(System.getProperty("os.arch", ""));
        try {
            long result =
                    SystemCall.invoke(number, attributes.address(), ANY_PROCESS, cpu, NO_GROUP, PERF_FLAG_FD_CLOEXEC);
            if (result < 0) {
                throw RaplException.of(new PosixException("perf_event_open", subject, (int) -result));
            }
            return new PerfCounter(PosixFile.adopt((int) result));
        } finally {
            Reference.reachabilityFence(attributes);
        }
    }

    /** The number of perf_event_open(2) in the kernel's system call tables. */
    private static long perfEventOpenNumber(String architecture) throws RaplException {
        return switch (architecture) {
            case "amd64" -> 298;
            case "aarch64" -> 241;
            default -> throw new RaplException(Reason.ABSENT, "perf_event_open is not known on " + architecture);
        };
    }

    @Override
    public int read() {
        int length = file.read(buffer, Long.BYTES);
        if (length != Long.BYTES) {
            return length < 0 ? -length : Errno.ENODATA;
        }
        count = buffer.bytes().getLong(0);
        return 0;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public void close() {
        file.close();
    }
}
