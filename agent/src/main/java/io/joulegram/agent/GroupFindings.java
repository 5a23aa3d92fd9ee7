package io.joulegram.agent;

import io.joulegram.agent.serving.GpuLinks;
import io.joulegram.host.GroupHead;
import io.joulegram.host.HostProcess;
import io.joulegram.host.ProcessTree;
import io.joulegram.tokens.ServerTarget;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells of servers of this host that compute on other hosts as well: what is told here of a token is of this host's GPUs alone. */
final class GroupFindings {
    private final Findings findings;
    private final ProcessTree processes;

    GroupFindings(Findings findings, ProcessTree processes) {
        this.findings = findings;
        this.processes = processes;
    }

    /**
     * Tells of one server.
     *
     * @param listeners the processes that listen on its port
     * @param gpusHere how many GPUs of this host serve it; 0 if that is not known
     */
    void tell(ServerTarget server, Collection<Integer> listeners, int gpusHere) {
        listeners.stream()
                .flatMap(pid -> Stream.concat(
                        Stream.of(pid), processes.ancestors(pid).stream().map(HostProcess::pid)))
                .flatMap(pid -> GroupHead.of(processes.command(pid)).stream())
                .findFirst()
                .flatMap(head -> why(head, gpusHere))
                .ifPresent(why -> findings.missing(
                        server.name() + " on other hosts",
                        why + "; its figures per token here are of this host's energy alone",
                        "give it a name; on each other host servers: [{url: \"http://HOST:"
                                + GpuLinks.port(server).port()
                                + "\", name: NAME, tokens: elsewhere}] with this HOST and that NAME"));
    }

    private static Optional<String> why(GroupHead head, int gpusHere) {
        if (head.told().isPresent()) {
            return head.told().map(options -> "it computes there, too, by " + options);
        }
        return head.gpus().isPresent() && gpusHere > 0 && head.gpus().getAsInt() > gpusHere
                ? Optional.of(
                        "it was started for " + head.gpus().getAsInt() + " GPUs, of which " + gpusHere + " are here")
                : Optional.empty();
    }
}
