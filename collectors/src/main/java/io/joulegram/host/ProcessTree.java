package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Processes, their ancestors and their control groups. A process that has ended, or that this procfs does not show, is
 * empty.
 *
 * <p>Every call reads the kernel's files anew. Immutable; any thread.
 */
public final class ProcessTree {
    private static final int MAX_STAT_BYTES = 4096;
    private static final int MAX_CGROUP_BYTES = 64 * 1024;
    private static final int MAX_COMMAND_BYTES = 64 * 1024;
    /** Far above what a container is given; the kernel allows a quarter of the stack, 2 MB as a rule. */
    private static final int MAX_ENVIRONMENT_BYTES = 1 << 20;

    private static final int MAX_PROCESSES = 100_000;
    private static final int MAX_GENERATIONS = 128;

    /** Fields of {@code stat} behind the name, counted from the state. */
    private static final int PARENT = 1;

    private static final int SESSION = 3;
    private static final int START_TIME = 19;

    private static final Pattern SPACE = Pattern.compile(" ");

    /** They hold sockets for services that they start, and are everybody's ancestor. */
    private static final Set<String> INITS = Set.of("systemd", "init");

    private static final Set<String> SHELLS =
            Set.of("sh", "ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "mksh", "tcsh", "zsh");

    private final Procfs procfs;

    /** @param procfs where procfs is mounted, {@code /proc} as a rule */
    public ProcessTree(Path procfs) {
        this.procfs = new Procfs(requireNonNull(procfs, "procfs"));
    }

    /** The process of this number, if there is one. */
    public Optional<HostProcess> process(int pid) {
        try {
            return parse(pid, procfs.text(pid + "/stat", MAX_STAT_BYTES));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<HostProcess> parse(int pid, String stat) {
        // The name is the only part that can hold spaces and parentheses, so its end is the last one of the line.
        int nameStart = stat.indexOf('(');
        int nameEnd = stat.lastIndexOf(')');
        if (nameStart < 0 || nameEnd < nameStart) {
            return Optional.empty();
        }
        String[] fields = SPACE.split(stat.substring(nameEnd + 1).strip(), START_TIME + 2);
        if (fields.length <= START_TIME) {
            return Optional.empty();
        }
        try {
            return Optional.of(new HostProcess(
                    pid,
                    stat.substring(nameStart + 1, nameEnd),
                    Integer.parseInt(fields[PARENT]),
                    Integer.parseInt(fields[SESSION]),
                    Long.parseLong(fields[START_TIME])));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The words of the command line that started the process; empty if it is gone or has none. */
    public List<String> command(int pid) {
        try {
            return List.of(procfs.text(pid + "/cmdline", MAX_COMMAND_BYTES).split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** All processes that this procfs shows, lowest first; none if it cannot be listed. */
    public List<Integer> pids() {
        try {
            return procfs.pids(MAX_PROCESSES);
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * One variable of the environment that a process was started with; nothing else of it is kept, as there may be secrets
     * in it. Empty if there is none of this name, or if the process is another user's (then root or {@code
     * CAP_SYS_PTRACE} is needed).
     */
    public Optional<String> variable(int pid, String name) {
        try {
            String prefix = name + "=";
            return Stream.of(
                            procfs.text(pid + "/environ", MAX_ENVIRONMENT_BYTES).split("\0"))
                    .filter(entry -> entry.startsWith(prefix))
                    .map(entry -> entry.substring(prefix.length()))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The ancestors of a process, its parent first. */
    public List<HostProcess> ancestors(int pid) {
        List<HostProcess> line = line(pid);
        return line.isEmpty() ? List.of() : List.copyOf(line.subList(1, line.size()));
    }

    /** The process and its ancestors. */
    private List<HostProcess> line(int pid) {
        List<HostProcess> line = new ArrayList<>();
        Optional<HostProcess> next = process(pid);
        while (next.isPresent() && line.size() < MAX_GENERATIONS) {
            HostProcess process = next.get();
            line.add(process);
            // A parent that is younger than its child took over the number of the real one between the two reads.
            next = process.parentPid() > 0
                    ? process(process.parentPid()).filter(parent -> parent.startTicks() <= process.startTicks())
                    : Optional.empty();
        }
        return line;
    }

    /**
     * The path of the process's control group: of version 2 if it is in one beside the root, else of systemd's hierarchy
     * of version 1, else of any.
     */
    public Optional<String> cgroupPath(int pid) {
        return controlGroups(pid).flatMap(ControlGroups::path);
    }

    /**
     * The path of the control group that names the process's workload: the innermost container (by its 64-digit id),
     * systemd service, {@code systemd-run} scope or Slurm job that the process is in. Empty in a login session, in a
     * bare slice, in the root, and in the own group of something that starts other people's programs (sshd, dockerd,
     * kubelet, slurmd, a user's systemd).
     */
    public Optional<String> workloadCgroup(int pid) {
        return controlGroups(pid).flatMap(ControlGroups::workload);
    }

    /** What the process runs for: a container, a batch job, a unit of systemd. Empty if its control groups do not tell. */
    public Optional<Workload> workload(int pid) {
        return controlGroups(pid)
                .flatMap(groups -> WorkloadPath.best(groups.paths()))
                .map(WorkloadPath::workload);
    }

    /**
     * The same, if no control group of it counts processor time: version 1 has a tree for each controller, and who starts a
     * workload chooses those that it uses. The time of such a workload cannot be told.
     */
    public Optional<Workload> uncountedWorkload(int pid) {
        Optional<Workload> counted = controlGroups(pid)
                .flatMap(ControlGroups::counting)
                .flatMap(path -> WorkloadPath.best(List.of(path)))
                .map(WorkloadPath::workload);
        return workload(pid).filter(workload -> !counted.equals(Optional.of(workload)));
    }

    private Optional<ControlGroups> controlGroups(int pid) {
        try {
            return Optional.of(ControlGroups.parse(procfs.text(pid + "/cgroup", MAX_CGROUP_BYTES)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether two processes are of one workload; see {@link #kinship}. */
    public boolean sameWorkload(int pidA, int pidB) {
        return kinship(pidA, pidB).isPresent();
    }

    /**
     * Tells whether and why two processes are of one workload. In an inference server the process that owns the socket
     * is often not the one that owns the GPU: vLLM's workers are children of its API server, TGI's router and its shards
     * are both children of its launcher, Ray's workers share nothing but the container. The first of these that holds
     * counts:
     *
     * <ol>
     *   <li>They are the same, or one is an ancestor of the other. systemd and init are no such ancestor: they hold the
     *       sockets of socket-activated services, and everything descends from them.
     *   <li>Their nearest common ancestor is a program that started both on purpose. Not so: process 1, the leader of a
     *       session (a login shell, a terminal, sshd, a container's shim, any daemon), a shell.
     *   <li>They have the same {@linkplain #workloadCgroup workload control group}.
     * </ol>
     *
     * <p>Empty if none holds, or if either process is gone.
     */
    public Optional<Kinship> kinship(int pidA, int pidB) {
        List<HostProcess> lineA = line(pidA);
        List<HostProcess> lineB = line(pidB);
        if (lineA.isEmpty() || lineB.isEmpty()) {
            return Optional.empty();
        }
        return kinshipByDescent(lineA, lineB).or(() -> kinshipByCgroup(pidA, pidB));
    }

    private static Optional<Kinship> kinshipByDescent(List<HostProcess> lineA, List<HostProcess> lineB) {
        for (int generationA = 0; generationA < lineA.size(); generationA++) {
            HostProcess common = lineA.get(generationA);
            int generationB = lineB.indexOf(common);
            if (generationB >= 0) {
                return kinshipThrough(common, generationA, generationB);
            }
        }
        return Optional.empty();
    }

    private static Optional<Kinship> kinshipThrough(HostProcess common, int generationA, int generationB) {
        if (generationA == 0 && generationB == 0) {
            return Optional.of(new Kinship(Kinship.Kind.LINEAGE, 0));
        }
        if (generationA == 0 || generationB == 0) {
            return INITS.contains(common.name())
                    ? Optional.empty()
                    : Optional.of(new Kinship(Kinship.Kind.LINEAGE, generationA + generationB));
        }
        boolean startsUnrelatedPrograms = common.pid() == 1
                || common.pid() == common.sessionId()
                || INITS.contains(common.name())
                || SHELLS.contains(common.name());
        return startsUnrelatedPrograms
                ? Optional.empty()
                : Optional.of(new Kinship(Kinship.Kind.COMMON_ANCESTOR, generationA));
    }

    private Optional<Kinship> kinshipByCgroup(int pidA, int pidB) {
        return workloadCgroup(pidA)
                .filter(group -> workloadCgroup(pidB).filter(group::equals).isPresent())
                .map(group -> new Kinship(Kinship.Kind.CGROUP, 0));
    }
}
