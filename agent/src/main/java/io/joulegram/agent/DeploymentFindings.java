package io.joulegram.agent;

import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ServerRole;
import io.joulegram.tokens.ServerTarget;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells what servers do of each request, by what that is known, and which of them serve together. */
final class DeploymentFindings {
    private final Findings findings;
    private final Map<String, Set<ServerRole>> rolesByDeployment = new TreeMap<>();
    private final Set<String> countedElsewhere = new TreeSet<>();

    DeploymentFindings(Findings findings) {
        this.findings = findings;
    }

    /** Takes note of a server that answers. */
    void note(ServerTarget server, EngineTraits traits) {
        ServerRole role = traits.role();
        server.deployment()
                .ifPresent(deployment -> rolesByDeployment
                        .computeIfAbsent(deployment, name -> EnumSet.noneOf(ServerRole.class))
                        .add(role));
        if (server.isElsewhere()) {
            findings.found(
                    server.name() + " tokens",
                    "counted by the agent of the host of its API; of this host's GPUs its models have the energy");
            server.deployment().ifPresent(countedElsewhere::add);
        }
        if (role == ServerRole.BOTH && traits.takesPrompts()) {
            findings.missing(
                    server.name() + " takes prompts",
                    "it counts prompt tokens that another server, or a store of its own, had computed",
                    "if a server that is watched computed them, servers[].role: prefill there and decode here");
        }
        if (role != ServerRole.BOTH) {
            String known = server.role().isPresent() ? "as configured" : "as its engine tells";
            String what = server.name() + " does";
            findings.found(what, role.label() + " alone, " + known);
            if (server.deployment().isEmpty()) {
                findings.missing(
                        what,
                        "no figure per token over it and those that do the other phase",
                        "give them the same servers[].deployment");
            }
        }
    }

    /** Tells of the deployments. */
    void tell() {
        rolesByDeployment.forEach((deployment, roles) -> {
            String what = "deployment " + deployment;
            if (countedElsewhere.contains(deployment)) {
                findings.found(what, "its figures per token are of several hosts: docs/deployments.md has the query");
            } else if (ServerRole.areBothDone(roles)) {
                findings.found(what, "both phases are done here");
            } else {
                findings.missing(
                        what,
                        "only " + roles.iterator().next().label()
                                + " is done here, so its figures per token are no one host's",
                        "sum over the hosts, as docs/deployments.md shows");
            }
        });
    }
}
