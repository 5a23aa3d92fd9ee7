package io.joulegram.host;

import io.joulegram.host.Workload.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the path of a control group says of who runs in it. The innermost container or batch job counts, as it is what
 * people name and pay for; a unit of systemd inside a container is the container's. Without either it is the unit; in a
 * user's slice that user's unit, else the slice, so that sessions come and go without making workloads.
 *
 * <p>Users choose parts of these paths, so whatever is overlong or not printable names no workload.
 *
 * @param workload whose group it is
 * @param container what else is known, if it is a container
 */
record WorkloadPath(Workload workload, Optional<Container> container) {
    /** {@code PATH_MAX} of Linux. */
    private static final int MAX_PATH_LENGTH = 4096;

    private static final Pattern NAME = Pattern.compile("[!-~]{1,200}");

    private static final int SHORT_ID_DIGITS = 12;

    /** Docker, containerd, CRI-O and Podman name containers by 64 hexadecimal digits. */
    private static final Pattern CONTAINER = Pattern.compile("(?<![0-9a-f])([0-9a-f]{64})(?![0-9a-f])");

    /** The kubelet names groups of pods by UID, with systemd by underscores; of static pods by a hash of 32 digits. */
    private static final Pattern POD =
            Pattern.compile("(?:^|-)pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?![0-9a-f])");

    /** What runtimes write before the id, with the cgroupfs driver and with systemd's. */
    private static final Map<String, String> RUNTIMES = Map.of(
            "docker", "docker",
            "cri-containerd", "containerd",
            "nerdctl", "containerd",
            "crio", "cri-o",
            "libpod", "podman",
            "libpod-payload", "podman");

    private static final Pattern RUNTIME = Pattern.compile("(?:^|[:/])([a-z-]+)[-:]$");

    /** What stands above the bare id where the runtime is not written before it. */
    private static final Map<String, String> RUNTIMES_ABOVE = Map.of("docker", "docker", "k8s.io", "containerd");

    /** Podman's groups with the cgroupfs manager: all in one, and in each parent one for the monitors. */
    private static final String PODMAN_PARENT = "libpod_parent";

    private static final String MONITORS = "conmon";

    /** Podman's slice of a pod with systemd's manager, before the pod's id. */
    private static final String PODMAN_POD_SLICE = "libpod_pod_";

    private static final String LXC = "lxc";
    private static final String LXC_PAYLOAD = "lxc.payload.";

    /** Slurm's task/cgroup plugin, below its own group; that of version 2 may have the node's name before it. */
    private static final Pattern SLURM = Pattern.compile("slurm|slurm_.*|slurmstepd\\.scope|.*_slurmstepd\\.scope");

    private static final Pattern SLURM_JOB = Pattern.compile("job_([0-9]{1,18})");

    private static final Pattern USER_SLICE = Pattern.compile("user-[0-9]{1,10}\\.slice");
    private static final Pattern USER_MANAGER = Pattern.compile("user@[0-9]{1,10}\\.service");

    /** Who the groups of one process are of: the first path that tells a container or job, else the first with a unit. */
    static Optional<WorkloadPath> best(List<String> paths) {
        List<WorkloadPath> found = new ArrayList<>();
        paths.forEach(path -> of(path).ifPresent(found::add));
        return found.stream()
                .filter(path -> path.workload.kind() != Kind.SYSTEMD_UNIT)
                .findFirst()
                .or(() -> found.stream().findFirst());
    }

    /** The path at which the monitors would be, were this Podman's group of a pod with a parent that the user chose. */
    Optional<String> monitorsIfPod(String path) {
        return container.filter(it -> it.runtime().isEmpty()).map(it -> path + "/" + MONITORS);
    }

    /** Who the group is of; empty for the root, a bare slice, and what is not known. */
    static Optional<WorkloadPath> of(String path) {
        if (path.length() > MAX_PATH_LENGTH) {
            return Optional.empty();
        }
        String[] parts = path.split("/", -1);
        return containerOrJob(parts)
                .or(() -> unit(parts))
                .filter(found -> NAME.matcher(found.workload.name()).matches());
    }

    private static Optional<WorkloadPath> containerOrJob(String[] parts) {
        Optional<WorkloadPath> innermost = Optional.empty();
        String podUid = "";
        boolean slurm = false;
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            podUid = podUid(part).orElse(podUid);
            slurm |= SLURM.matcher(part).matches();
            String above = i == 0 ? "" : parts[i - 1];
            String below = i + 1 == parts.length ? "" : parts[i + 1];
            Optional<WorkloadPath> named =
                    isPodOfPodman(part, above, below) ? Optional.empty() : container(part, above, podUid);
            if (named.isEmpty() && slurm) {
                named = job(part);
            }
            innermost = named.isPresent() ? named : innermost;
        }
        return innermost;
    }

    private static Optional<String> podUid(String part) {
        Matcher pod = POD.matcher(part);
        return pod.find() ? Optional.of(pod.group(1).replace('_', '-')) : Optional.empty();
    }

    private static Optional<WorkloadPath> job(String part) {
        Matcher job = SLURM_JOB.matcher(part);
        return job.matches()
                ? Optional.of(new WorkloadPath(new Workload(Kind.SLURM_JOB, job.group(1)), Optional.empty()))
                : Optional.empty();
    }

    /**
     * Podman names the group of a pod by the pod's id, which looks like a container's: in a slice of systemd, else bare,
     * below its own parent or one that the user chose. Only monitors run in such a group beside the pod's containers.
     */
    private static boolean isPodOfPodman(String part, String above, String below) {
        if (part.contains(PODMAN_POD_SLICE)) {
            return true;
        }
        boolean isItsParents = above.equals(PODMAN_PARENT);
        boolean holdsMonitors = below.equals(MONITORS) && !RUNTIMES_ABOVE.containsKey(above);
        return CONTAINER.matcher(part).matches() && (isItsParents || holdsMonitors);
    }

    private static Optional<WorkloadPath> container(String part, String above, String podUid) {
        Matcher container = CONTAINER.matcher(part);
        // conmon is the monitor beside a container of Podman or CRI-O, with the container's id in its own name.
        if (container.find() && !part.contains(MONITORS)) {
            String id = container.group(1);
            String runtime = runtime(part.substring(0, container.start()), above);
            return container(id.substring(0, SHORT_ID_DIGITS), new Container(runtime, id, podUid));
        }
        if (part.startsWith(LXC_PAYLOAD)) {
            return container(part.substring(LXC_PAYLOAD.length()), new Container(LXC, "", ""));
        }
        return above.equals(LXC) && !part.isEmpty() ? container(part, new Container(LXC, "", "")) : Optional.empty();
    }

    private static Optional<WorkloadPath> container(String name, Container container) {
        return Optional.of(new WorkloadPath(new Workload(Kind.CONTAINER, name), Optional.of(container)));
    }

    private static String runtime(String prefix, String above) {
        Matcher written = RUNTIME.matcher(prefix);
        return written.find()
                ? RUNTIMES.getOrDefault(written.group(1), "")
                : prefix.isEmpty() ? RUNTIMES_ABOVE.getOrDefault(above, "") : "";
    }

    private static Optional<WorkloadPath> unit(String[] parts) {
        String userSlice = "";
        String unit = "";
        for (String part : parts) {
            if (USER_SLICE.matcher(part).matches()) {
                userSlice = part;
            } else if (userSlice.isEmpty() && unit.isEmpty() && (isService(part) || part.endsWith(".scope"))) {
                unit = part;
            } else if (!userSlice.isEmpty() && isService(part)) {
                unit = "/" + part;
            }
        }
        return userSlice.isEmpty() && unit.isEmpty()
                ? Optional.empty()
                : Optional.of(new WorkloadPath(new Workload(Kind.SYSTEMD_UNIT, userSlice + unit), Optional.empty()));
    }

    private static boolean isService(String part) {
        return part.endsWith(".service") && !USER_MANAGER.matcher(part).matches();
    }
}
