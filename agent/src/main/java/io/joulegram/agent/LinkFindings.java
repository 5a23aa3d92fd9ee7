package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.serving.GpuLinks;
import io.joulegram.agent.serving.ServedDevices;
import io.joulegram.host.GpuOwnership;
import io.joulegram.host.GpuOwnership.ServerGpus;
import io.joulegram.host.GpuOwnership.Tie;
import io.joulegram.host.ListeningSockets;
import io.joulegram.host.ListeningSockets.PortOwners;
import io.joulegram.host.ProcessTree;
import io.joulegram.host.ServerPort;
import io.joulegram.host.Workload;
import io.joulegram.host.WorkloadCpuClock;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuProcess;
import io.joulegram.tokens.ServerTarget;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tells which links between servers, GPUs and workloads the daemon would make, on what evidence, and why it cannot make
 * others.
 */
final class LinkFindings {
    private static final String HOST_PIDS =
            "in a container, give it the host's process ids: --pid host, or hostPID: true";

    private final AgentConfig config;
    private final Findings findings;
    private final ProcessTree processes;

    LinkFindings(AgentConfig config, Findings findings) {
        this.config = config;
        this.findings = findings;
        processes = new ProcessTree(config.path().procfs());
    }

    /** Looks for the GPUs of each server. */
    void examineServers(List<ServerTarget> servers, Map<String, List<GpuProcess>> processesByDevice) {
        if (processesByDevice.isEmpty()) {
            return;
        }
        GpuOwnership ownership = new GpuOwnership(config.path().procfs());
        ServedDevices links = new GpuLinks(ownership).find(servers, Map.of(), processesByDevice);
        Map<ServerPort, ServerGpus> owned = owned(ownership, servers, processesByDevice);
        GroupFindings groups = new GroupFindings(findings, processes);
        for (ServerTarget server : servers) {
            ServerPort port = GpuLinks.port(server);
            ServerGpus gpus = owned.getOrDefault(
                    port, new ServerGpus(List.of(), new PortOwners(port.port(), false, List.of(), false)));
            String what = server.name() + " on GPUs";
            ServedDevices.Link link = links.of(server.name());
            if (link.devices().isEmpty() && server.isElsewhere()) {
                findings.missing(
                        what,
                        "no process on a GPU of this host tells that it computes for it",
                        "name the GPUs by servers[].devices");
            } else if (link.devices().isEmpty()) {
                findings.missing(
                        what, whyNone(gpus.owners(), processesByDevice), fix(gpus.owners(), processesByDevice));
            } else if (link.origin().equals("config")) {
                findings.found(what, String.join(", ", link.devices()) + ", as configured");
                examineContradictions(server, gpus);
            } else if (link.origin().equals("only-server")) {
                findings.found(
                        what,
                        String.join(", ", link.devices()) + ", as it is the only server; the processes do not tell");
            } else {
                gpus.ties().forEach(tie -> findings.found(what, tie.device() + ", " + evidence(tie)));
            }
            groups.tell(server, gpus.owners().pids(), link.devices().size());
        }
        examineStrangers(ownership, links, processesByDevice);
    }

    private static Map<ServerPort, ServerGpus> owned(
            GpuOwnership ownership, List<ServerTarget> servers, Map<String, List<GpuProcess>> processesByDevice) {
        try {
            return GpuLinks.find(ownership, servers, processesByDevice);
        } catch (IOException e) {
            return Map.of();
        }
    }

    /** GPUs that compute for a server and that the configuration does not give it. */
    private void examineContradictions(ServerTarget server, ServerGpus gpus) {
        gpus.ties().stream()
                .filter(tie -> !server.devices().contains(tie.device()))
                .forEach(tie -> findings.missing(
                        server.name() + " on GPU " + tie.device(),
                        "its processes compute there, too" + pids(tie),
                        "add " + tie.device() + " to servers[].devices, or leave them out"));
    }

    /**
     * Processes on GPUs that serve no server that is known, and the ports of their kin. These are not asked what they are:
     * the sockets of collective communication and of rendezvous are among them, and do not all take strangers well.
     */
    private void examineStrangers(
            GpuOwnership ownership, ServedDevices links, Map<String, List<GpuProcess>> processesByDevice) {
        if (links.byServer().values().stream().anyMatch(link -> link.origin().equals("only-server"))) {
            return;
        }
        Set<Integer> served = new TreeSet<>();
        links.byServer().values().forEach(link -> served.addAll(link.pids()));
        RankFindings ranks = new RankFindings(findings, ownership);
        Map<Integer, Set<Integer>> portsByPid = portsByPid();
        processesByDevice.forEach((device, list) -> list.stream()
                .map(GpuProcess::pid)
                .filter(pid -> !served.contains(pid))
                .forEach(pid -> examineStranger(device, pid, ranks, portsByPid)));
    }

    private void examineStranger(String device, int pid, RankFindings ranks, Map<Integer, Set<Integer>> portsByPid) {
        String what = "gpu " + device + " " + named(pid);
        if (ranks.tell(what, pid)) {
            return;
        }
        Set<Integer> ports = new TreeSet<>();
        Set<Integer> named = new TreeSet<>();
        portsByPid.forEach((holder, held) -> {
            if (processes.sameWorkload(pid, holder)) {
                ports.addAll(held);
                List<String> command = processes.command(holder);
                held.stream().filter(port -> names(port, command)).forEach(named::add);
            }
        });
        if (ports.isEmpty()) {
            findings.missing(what, "serves no server that is known", "");
        } else {
            findings.missing(
                    what,
                    "serves no server that is known; its kin listen on " + ports,
                    named.isEmpty()
                            ? "if one of these is an inference server's, name it by --server URL"
                            : "if " + named
                                    + ", which it names by --port, is an inference server's, name it by --server"
                                    + " URL; training scripts name the port of their rendezvous so, too");
        }
    }

    private static boolean names(int port, List<String> command) {
        int value = command.indexOf("--port") + 1;
        boolean nextWord =
                value > 0 && value < command.size() && command.get(value).equals(String.valueOf(port));
        return nextWord || command.contains("--port=" + port);
    }

    private Map<Integer, Set<Integer>> portsByPid() {
        try {
            return new ListeningSockets(config.path().procfs()).portsByPid();
        } catch (IOException e) {
            return Map.of();
        }
    }

    private String evidence(Tie tie) {
        return switch (tie.evidence()) {
                    case PROCESSES -> "by the processes on it, which descend from the listening one or with it";
                    case RANK ->
                        "by the command line of the processes on it, which are of a server whose API is on another host";
                    case CGROUP -> "by the control group that the listening process shares with those on it";
                    default ->
                        "by elimination: workers of Ray are on it, which are no server's kin, and no other server is without a GPU";
                }
                + pids(tie);
    }

    private String pids(Tie tie) {
        return ": " + named(Set.copyOf(tie.pids()));
    }

    private String named(Set<Integer> pids) {
        return String.join(", ", new TreeSet<>(pids).stream().map(this::named).toList());
    }

    private String named(int pid) {
        return "pid " + pid
                + processes
                        .process(pid)
                        .map(process -> " (" + process.name() + ")")
                        .orElse("");
    }

    private String whyNone(PortOwners owners, Map<String, List<GpuProcess>> processesByDevice) {
        if (processesByDevice.values().stream().allMatch(List::isEmpty)) {
            return "no driver tells of a process on any GPU";
        }
        if (!owners.listening()) {
            return "nobody listens on port " + owners.port() + " in "
                    + config.path().procfs();
        }
        if (owners.pids().isEmpty()) {
            return "who listens on port " + owners.port() + " is another user's process, or not in "
                    + config.path().procfs();
        }
        return named(Set.copyOf(owners.pids())) + " listens on port " + owners.port()
                + ", and no process on a GPU is its kin or shares its control group";
    }

    private static String fix(PortOwners owners, Map<String, List<GpuProcess>> processesByDevice) {
        if (processesByDevice.values().stream().allMatch(List::isEmpty) || !owners.listening()) {
            return HOST_PIDS + "; or name the GPUs by servers[].devices";
        }
        return owners.pids().isEmpty()
                ? "run as root or with CAP_SYS_PTRACE; " + HOST_PIDS
                : "name the GPUs by servers[].devices";
    }

    /** Looks for the workloads of this host, and of each process on a GPU. */
    void examineWorkloads(Map<String, List<GpuProcess>> processesByDevice, List<GpuInfo> gpus) {
        if (!config.workloads().enabled()) {
            findings.missing("none", "energy is not told by container, job and unit", "workloads.enabled: true");
            return;
        }
        UncountedWorkloads uncounted = new UncountedWorkloads(processes);
        uncounted.tell(findings);
        try {
            WorkloadCpuClock.Listing listing =
                    new WorkloadCpuClock(config.path().procfs(), config.path().sysfs()).list();
            if (!listing.workloads().isEmpty()) {
                findings.found("processors", count(listing));
            } else if (uncounted.isEmpty()) {
                findings.missing(
                        "processors",
                        "control groups of version " + listing.cgroupVersion() + " have no workload in them",
                        "in a container, mount the host's /sys elsewhere, with all that is below it, and give --path.sysfs");
            }
        } catch (IOException e) {
            findings.missing(
                    "processors",
                    String.valueOf(e.getMessage()),
                    "in a container, mount the host's /sys elsewhere, with all that is below it, and give --path.sysfs");
        }
        processesByDevice.forEach((device, list) -> list.forEach(process -> examine(device, process.pid())));
        new KubernetesFindings(config, findings).examine(gpus);
    }

    private static String count(WorkloadCpuClock.Listing listing) {
        Map<String, Integer> counts = new TreeMap<>();
        listing.workloads().forEach(workload -> counts.merge(workload.kind().label(), 1, Integer::sum));
        StringBuilder text = new StringBuilder("control groups of version ")
                .append(listing.cgroupVersion())
                .append(" count the time of");
        String before = " ";
        for (Map.Entry<String, Integer> kind : counts.entrySet()) {
            text.append(before).append(kind.getValue()).append(' ').append(kind.getKey());
            before = ", ";
        }
        return text.toString();
    }

    private void examine(String device, int pid) {
        String what = "gpu " + device + " " + named(pid);
        Optional<Workload> workload = processes.workload(pid);
        if (workload.isPresent()) {
            findings.found(
                    what, workload.get().kind().label() + " " + workload.get().name());
        } else if (processes.process(pid).isEmpty()) {
            findings.missing(what, "is not in " + config.path().procfs(), HOST_PIDS);
        } else {
            findings.missing(what, "runs in no container, job or unit", "");
        }
    }
}
