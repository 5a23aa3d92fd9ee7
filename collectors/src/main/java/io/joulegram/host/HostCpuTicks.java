package io.joulegram.host;

import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Processor time of the whole host since boot, from the first line of {@code /proc/stat} (proc_stat(5)), in ticks of
 * 10 ms ({@code USER_HZ}, which is 100 on every architecture that Java runs on).
 *
 * @param busy time in which a processor ran something: user, nice, system, interrupts
 * @param all that and idle time, time waiting for a disk, and time that a hypervisor gave to others
 */
record HostCpuTicks(long busy, long all) {
    static final long NANOS_PER_TICK = 10_000_000;

    /** {@code stat} has a line for each processor and one number for each interrupt, which can be thousands. */
    private static final int MAX_STAT_BYTES = 4 << 20;

    /** user, nice, system, idle, iowait, irq, softirq, steal; guest times are in user and nice already. */
    private static final int TIMES = 8;

    private static final int IDLE = 4;
    private static final int IO_WAIT = 5;
    private static final int STEAL = 8;

    private static final Pattern SPACES = Pattern.compile(" +");

    /** @throws IOException if the file cannot be read, or is not what the kernel writes */
    static HostCpuTicks read(Procfs procfs) throws IOException {
        String first = procfs.text("stat", MAX_STAT_BYTES).lines().findFirst().orElse("");
        String[] fields = SPACES.split(first, 0);
        if (fields.length <= TIMES || !fields[0].equals("cpu")) {
            throw new IOException(procfs.path("stat") + " does not begin with the times of all processors");
        }
        try {
            long busy = 0;
            long all = 0;
            for (int i = 1; i <= TIMES; i++) {
                long ticks = Long.parseLong(fields[i]);
                all += ticks;
                busy += i == IDLE || i == IO_WAIT || i == STEAL ? 0 : ticks;
            }
            return new HostCpuTicks(busy, all);
        } catch (NumberFormatException e) {
            throw new IOException(procfs.path("stat") + " has times that are not numbers: " + first, e);
        }
    }
}
