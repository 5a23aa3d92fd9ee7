package io.joulegram.agent;

import io.joulegram.agent.serving.GpuLinks;
import io.joulegram.agent.serving.ServingProcess;
import io.joulegram.agent.serving.ServingProcesses;
import io.joulegram.host.PortEvidence;
import io.joulegram.host.PortEvidence.Found;
import io.joulegram.host.ProcessTree;
import io.joulegram.tokens.ScrapeException;
import io.joulegram.tokens.ServerDiscovery;
import io.joulegram.tokens.ServerTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Tells which processes of this host were started as inference servers, whether they are found by that, and why not. */
final class ServingFindings {
    private final Findings findings;
    private final ProcessTree tree;
    private final PortEvidence evidence;
    private final ServerDiscovery discovery;
    private final Set<Integer> usualPorts;

    /**
     * @param discovery asks ports
     * @param usualPorts those that are asked whatever any process names
     * @param procfs where procfs is mounted
     */
    ServingFindings(Findings findings, ServerDiscovery discovery, List<Integer> usualPorts, Path procfs) {
        this.findings = findings;
        this.discovery = discovery;
        this.usualPorts = Set.copyOf(usualPorts);
        tree = new ProcessTree(procfs);
        evidence = new PortEvidence(procfs);
    }

    /**
     * Looks for processes, and asks the ports that they name as the daemon would.
     *
     * @param ownPorts ports not to ask
     * @param configured servers that are asked anyway
     * @return the servers that answered, those on usual ports among them
     */
    List<ServerTarget> examine(Set<Integer> ownPorts, List<ServerTarget> configured) {
        Set<Integer> configuredPorts =
                configured.stream().map(target -> GpuLinks.port(target).port()).collect(Collectors.toSet());
        List<ServingProcess> named = ServingProcesses.ofAll(tree).look();
        Map<Integer, Found> found = evidence(named);
        List<ServingProcess> serving = named.stream()
                .map(one -> whereItIsReached(one, found, configuredPorts))
                .toList();
        Set<Integer> more = serving.stream()
                .filter(one -> !one.tls() && isReached(one, found))
                .map(one -> one.port().port())
                .filter(port -> !usualPorts.contains(port) && !configuredPorts.contains(port))
                .collect(Collectors.toCollection(TreeSet::new));
        List<ServerTarget> targets = new ArrayList<>(discovery.discover(ownPorts, more, List.of()));
        Set<Integer> answering =
                targets.stream().map(target -> target.baseUri().getPort()).collect(Collectors.toSet());
        for (ServingProcess one : serving) {
            Found its = found.get(one.process().pid());
            int port = one.port().port();
            if (configuredPorts.contains(port)) {
                findings.found(what(one), named(one) + "; a server is configured with this port");
            } else if (its != null && !ownPorts.contains(port)) {
                tell(one, its, answering);
            }
        }
        return targets;
    }

    private Map<Integer, Found> evidence(List<ServingProcess> serving) {
        Map<Integer, Integer> portByPid = new HashMap<>();
        serving.forEach(one -> portByPid.put(one.process().pid(), one.port().port()));
        try {
            return evidence.of(portByPid);
        } catch (IOException e) {
            findings.missing("who listens on which port", String.valueOf(e.getMessage()), "");
            return Map.of();
        }
    }

    private ServingProcess whereItIsReached(
            ServingProcess serving, Map<Integer, Found> found, Set<Integer> configuredPorts) {
        Found its = found.get(serving.process().pid());
        List<Integer> published = its == null ? List.of() : its.published();
        return published.stream()
                .filter(port -> usualPorts.contains(port) || configuredPorts.contains(port))
                .findFirst()
                .or(() -> published.stream().findFirst())
                .map(serving::publishedAt)
                .orElse(serving);
    }

    private static boolean isReached(ServingProcess serving, Map<Integer, Found> found) {
        Found its = found.get(serving.process().pid());
        return its != null
                && (its.kind() == PortEvidence.Kind.LISTENS || !its.published().isEmpty());
    }

    private static String what(ServingProcess one) {
        return one.program().name() + ", process " + one.process().pid();
    }

    private static String named(ServingProcess one) {
        return "port " + one.port().port() + ", " + one.port().namedBy();
    }

    private void tell(ServingProcess one, Found found, Set<Integer> answering) {
        int port = one.port().port();
        String what = what(one);
        String named = named(one);
        if (!found.published().isEmpty()) {
            tellOfListening(one, what, named, answering);
            return;
        }
        switch (found.kind()) {
            case LISTENS -> tellOfListening(one, what, named, answering);
            case NOBODY ->
                findings.missing(what, named + ": nobody listens there yet", "it is found when its model is loaded");
            case ANOTHER ->
                findings.missing(
                        what,
                        named + ": pids " + found.owners() + " listen there, who are no kin of it; not asked",
                        "");
            case HIDDEN ->
                findings.missing(what, named + ": who listens there is not told", "run as root or with CAP_SYS_PTRACE");
            case ELSEWHERE ->
                findings.missing(
                        what,
                        named
                                + ", in a network of its own: not asked there, as a published port leads to it a second time",
                        "if it is not found at a published port, name it by --server http://"
                                + found.host().orElse("ADDRESS") + ":" + port);
        }
    }

    private void tellOfListening(ServingProcess one, String what, String named, Set<Integer> answering) {
        if (one.tls()) {
            findings.missing(
                    what,
                    named + ", with TLS: not asked, since the name in its certificate is not known",
                    "name it by --server https://NAME:" + one.port().port() + "; Java must trust its authority");
        } else if (answering.contains(one.port().port())) {
            findings.found(what, named);
        } else {
            tellWhySilent(one, what, named);
        }
    }

    private void tellWhySilent(ServingProcess one, String what, String named) {
        try {
            discovery.ask(one.port().port());
            findings.found(what, named);
        } catch (ScrapeException e) {
            String fix = e.reason() == ScrapeException.Reason.UNREACHABLE
                    ? "name it by --server URL, if it listens on another address than 127.0.0.1"
                    : one.program().forMetrics();
            findings.missing(what, named + ": " + e.getMessage(), fix);
        }
    }
}
