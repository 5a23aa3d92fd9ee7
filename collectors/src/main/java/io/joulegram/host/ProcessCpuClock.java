package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * The share of all processors' time that this very process used, idle time counted in the whole. Times the energy of the
 * packages, that is what the process cost: close to its marginal cost, since a package draws most of its power whether
 * or not one more thread runs.
 *
 * <p>The kernel counts in ticks of 10 ms, so shares over less than some seconds are coarse. Not thread-safe.
 */
public final class ProcessCpuClock {
    private static final int MAX_SELF_BYTES = 4096;

    /** Fields of {@code self/stat} behind the name, counted from the state: {@code utime} and {@code stime}. */
    private static final int USER_TIME = 11;

    private static final int SYSTEM_TIME = 12;

    private static final Pattern SPACES = Pattern.compile(" +");

    private final Procfs procfs;
    private Optional<Ticks> previous = Optional.empty();

    private record Ticks(long process, long host) {}

    /** @param procfs where procfs is mounted, {@code /proc} as a rule */
    public ProcessCpuClock(Path procfs) {
        this.procfs = new Procfs(requireNonNull(procfs, "procfs"));
    }

    /**
     * The share since the last call that gave one, or since the first call.
     *
     * @return 0 to 1; empty at the first call, if no tick has passed, and if the kernel's files cannot be read
     */
    public OptionalDouble shareSincePrevious() {
        Optional<Ticks> now = read();
        if (now.isEmpty()) {
            return OptionalDouble.empty();
        }
        if (previous.isEmpty()) {
            previous = now;
            return OptionalDouble.empty();
        }
        long process = now.get().process() - previous.get().process();
        long host = now.get().host() - previous.get().host();
        // The kernel lets iowait fall (proc_stat(5)), so the whole can stand still or fall over a short time.
        if (host <= 0 || process < 0) {
            return OptionalDouble.empty();
        }
        previous = now;
        return OptionalDouble.of(Math.min(1, (double) process / host));
    }

    private Optional<Ticks> read() {
        try {
            String self = procfs.text("self/stat", MAX_SELF_BYTES);
            String[] own =
                    SPACES.split(self.substring(self.lastIndexOf(')') + 1).strip(), SYSTEM_TIME + 2);
            if (own.length <= SYSTEM_TIME) {
                return Optional.empty();
            }
            return Optional.of(new Ticks(
                    Long.parseLong(own[USER_TIME]) + Long.parseLong(own[SYSTEM_TIME]),
                    HostCpuTicks.read(procfs).all()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
