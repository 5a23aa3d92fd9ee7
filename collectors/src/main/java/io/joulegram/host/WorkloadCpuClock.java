package io.joulegram.host;

import io.joulegram.host.ControlGroupTree.Group;
import io.joulegram.host.ControlGroupTree.Groups;
import io.joulegram.host.ControlGroupTree.Version;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells who used the processors since it was last asked. A control group counts the time of all groups below it, so what
 * is another workload's is taken off: of a container that systemd's unit of a user runs, for instance. What a group used
 * after it was last looked at, before it was removed, is told of nobody.
 *
 * <p>Not thread-safe.
 */
public final class WorkloadCpuClock {
    private final Procfs procfs;
    private final ControlGroupTree tree;
    private Optional<Reading> previous = Optional.empty();

    private record Reading(Groups groups, HostCpuTicks host) {}

    /**
     * @param procfs where procfs is mounted, {@code /proc} as a rule
     * @param sysfs where sysfs is mounted, {@code /sys} as a rule, with the control groups of the host below
     *     {@code fs/cgroup}
     */
    public WorkloadCpuClock(Path procfs, Path sysfs) {
        this.procfs = new Procfs(procfs);
        tree = new ControlGroupTree(sysfs);
    }

    /**
     * Who there is.
     *
     * @param cgroupVersion which version of control groups counts processor time, 1 or 2
     * @param workloads those that there are
     */
    public record Listing(int cgroupVersion, Set<Workload> workloads) {
        /** Copies the set. */
        public Listing {
            workloads = Set.copyOf(workloads);
        }
    }

    /**
     * Lists the workloads that there are.
     *
     * @throws IOException if the control groups cannot be read; the message names the directory
     */
    public Listing list() throws IOException {
        Groups groups = tree.read();
        return new Listing(
                groups.version() == Version.TWO ? 2 : 1,
                groups.groups().values().stream()
                        .map(group -> group.workload().workload())
                        .collect(Collectors.toSet()));
    }

    /**
     * Looks.
     *
     * @return who used the processors since the call before; empty at the first call, and if no tick has passed
     * @throws IOException if the times of the host or the control groups cannot be read; the message names the file
     */
    public Optional<CpuUse> sincePrevious() throws IOException {
        Reading now = new Reading(tree.read(), HostCpuTicks.read(procfs));
        Optional<Reading> before = previous;
        if (before.isPresent() && now.host().all() <= before.get().host().all()) {
            return Optional.empty();
        }
        previous = Optional.of(now);
        return before.map(earlier -> use(earlier, now));
    }

    private static CpuUse use(Reading before, Reading now) {
        long all = (now.host().all() - before.host().all()) * HostCpuTicks.NANOS_PER_TICK;
        Map<String, Long> own = new HashMap<>();
        now.groups().groups().values().forEach(group -> {
            long used = used(before.groups().groups().get(group.path()), group, all);
            own.merge(group.path(), used, Long::sum);
            group.above().ifPresent(above -> own.merge(above, -used, Long::sum));
        });
        Map<Workload, Long> nanos = new HashMap<>();
        Map<Workload, Container> containers = new HashMap<>();
        now.groups().groups().values().forEach(group -> {
            Workload workload = group.workload().workload();
            // The group above is read first, so it can have counted less than the one below tells a moment later.
            nanos.merge(workload, Math.max(0, own.getOrDefault(group.path(), 0L)), Long::sum);
            group.workload().container().ifPresent(container -> containers.putIfAbsent(workload, container));
        });
        long named = nanos.values().stream().mapToLong(Long::longValue).sum();
        // The kernel counts the host in ticks and groups exactly, so that a part can be more than the whole.
        long busy = Math.max(named, (now.host().busy() - before.host().busy()) * HostCpuTicks.NANOS_PER_TICK);
        return new CpuUse(nanos, containers, busy - named, Math.max(0, all - busy));
    }

    /**
     * What a group used. One that was made since, or made anew under its path, has used all that it tells; unless that is
     * more than there was, as of one that could not be read before: then it is not known.
     */
    private static long used(@Nullable Group before, Group now, long allNanos) {
        if (before != null && before.cpuNanos() <= now.cpuNanos()) {
            return now.cpuNanos() - before.cpuNanos();
        }
        return now.cpuNanos() <= allNanos + HostCpuTicks.NANOS_PER_TICK ? now.cpuNanos() : 0;
    }
}
