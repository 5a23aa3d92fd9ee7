package io.joulegram.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The control groups of one process, from {@code /proc/<pid>/cgroup} (cgroups(7)): lines of
 * {@code hierarchy:controllers:path}, one for version 2 and one per hierarchy for version 1.
 *
 * @param paths the paths, the one that names the workload best first: version 2, systemd's own hierarchy, the rest
 * @param counting the path of the group that counts processor time: of version 1 if it has the controller for that
 */
record ControlGroups(List<String> paths, Optional<String> counting) {
    private static final String VERSION_2 = "0::";
    private static final String SYSTEMD = ":name=systemd:";
    private static final String PROCESSOR_TIME = "cpuacct";

    /** Docker, containerd, CRI-O and podman name containers by 64 hexadecimal digits. */
    private static final Pattern CONTAINER_ID = Pattern.compile("(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])");

    /** Slurm's task/cgroup plugin, versions 1 and 2 alike. */
    private static final Pattern SLURM_JOB = Pattern.compile("job_[0-9]+");

    /** What {@code systemd-run --scope} makes. */
    private static final Pattern SYSTEMD_RUN_SCOPE = Pattern.compile("run-.*\\.scope");

    /** Services that start other people's programs and leave them in their own group, or in no better one. */
    private static final Set<String> LAUNCHERS = Set.of(
            "atd.service",
            "containerd.service",
            "cri-docker.service",
            "crio.service",
            "cron.service",
            "crond.service",
            "docker.service",
            "k3s.service",
            "k3s-agent.service",
            "kubelet.service",
            "nomad.service",
            "podman.service",
            "slurmd.service",
            "ssh.service",
            "sshd.service",
            "supervisor.service",
            "supervisord.service");

    private static final List<String> LAUNCHER_PREFIXES = List.of("user@", "getty@", "serial-getty@", "sshd@", "ssh@");

    ControlGroups {
        paths = List.copyOf(paths);
    }

    static ControlGroups parse(String text) {
        List<String> version2 = new ArrayList<>();
        List<String> systemd = new ArrayList<>();
        List<String> others = new ArrayList<>();
        List<String> counting = new ArrayList<>();
        text.lines().forEach(line -> {
            int controllers = line.indexOf(':');
            int path = line.indexOf(':', controllers + 1);
            if (controllers > 0 && path > 0) {
                if (List.of(line.substring(controllers + 1, path).split(",")).contains(PROCESSOR_TIME)) {
                    counting.add(line.substring(path + 1));
                }
                List<String> kind = line.startsWith(VERSION_2)
                        ? version2
                        : line.startsWith(SYSTEMD, controllers) ? systemd : others;
                kind.add(line.substring(path + 1));
            }
        });
        counting.addAll(version2);
        version2.addAll(systemd);
        version2.addAll(others);
        return new ControlGroups(version2, counting.stream().findFirst());
    }

    /** The path of the group, the first that is not the root. */
    Optional<String> path() {
        return paths.stream().filter(path -> !path.equals("/")).findFirst();
    }

    /**
     * The path down to the innermost part that names a workload: a container, a service, a scope of {@code
     * systemd-run}, a Slurm job. Empty in a login session, a slice, the root, or a launcher's own group.
     */
    Optional<String> workload() {
        return paths.stream().flatMap(path -> workloadOf(path).stream()).findFirst();
    }

    private static Optional<String> workloadOf(String path) {
        for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            String part = path.substring(path.lastIndexOf('/', end - 1) + 1, end);
            if (namesWorkload(part)) {
                return Optional.of(path.substring(0, end));
            }
        }
        return Optional.empty();
    }

    private static boolean namesWorkload(String part) {
        if (part.endsWith(".service")) {
            return !LAUNCHERS.contains(part) && LAUNCHER_PREFIXES.stream().noneMatch(part::startsWith);
        }
        // conmon is the monitor beside a container of podman or CRI-O, with the container's id in its own name.
        return (CONTAINER_ID.matcher(part).find() && !part.contains("conmon"))
                || SLURM_JOB.matcher(part).matches()
                || SYSTEMD_RUN_SCOPE.matcher(part).matches();
    }
}
