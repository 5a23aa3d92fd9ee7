package io.joulegram.agent.serving;

import io.joulegram.host.GroupRank;
import io.joulegram.host.HostProcess;
import io.joulegram.host.ProcessTree;
import io.joulegram.tokens.ServingCommand;
import io.joulegram.tokens.ServingCommand.NamedPort;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks for processes whose command line starts an inference server. Reads the command lines of some thousand processes in
 * each look, those of the servers that it knows every time: on a host with more processes a new one is found a few looks
 * later. Of an environment it reads no more than the variable that names the port.
 *
 * <p>Used by one thread, but for {@link #lives}.
 */
public final class ServingProcesses {
    private static final int MOST_IN_A_LOOK = 4_096;
    private static final int MOST_SERVERS = 64;

    private final ProcessTree tree;
    private final int mostInALook;
    private Set<Integer> known = Set.of();
    private int lastSeen;

    /** @param tree the processes of this host */
    public ServingProcesses(ProcessTree tree) {
        this(tree, MOST_IN_A_LOOK);
    }

    /** Those that look at every process of this host each time. */
    public static ServingProcesses ofAll(ProcessTree tree) {
        return new ServingProcesses(tree, Integer.MAX_VALUE);
    }

    ServingProcesses(ProcessTree tree, int mostInALook) {
        this.tree = tree;
        this.mostInALook = mostInALook;
    }

    /**
     * Looks now. A server that another one started is left out: it is a part of that one, as the servers of single models
     * are of a router of llama.cpp, which tells of all of them. So is one that computes for a server on another host: its API is there.
     *
     * @return those that name a port, 64 at most, those that were found before first
     */
    public List<ServingProcess> look() {
        Set<Integer> pids = new LinkedHashSet<>(known);
        pids.addAll(next());
        List<ServingProcess> found = new ArrayList<>();
        for (int pid : pids) {
            if (found.size() < MOST_SERVERS) {
                read(pid).ifPresent(found::add);
            }
        }
        known = found.stream().map(serving -> serving.process().pid()).collect(Collectors.toSet());
        return found.stream().filter(serving -> !isPartOfAnother(serving)).toList();
    }

    /** The processes whose turn it is; after the last it begins anew. */
    private List<Integer> next() {
        List<Integer> pids = tree.pids();
        List<Integer> turn = pids.stream()
                .filter(pid -> pid > lastSeen)
                .limit(mostInALook)
                .collect(Collectors.toCollection(ArrayList::new));
        pids.stream().limit(mostInALook - turn.size()).forEach(turn::add);
        lastSeen = turn.isEmpty() ? 0 : turn.get(turn.size() - 1);
        return turn;
    }

    private Optional<ServingProcess> read(int pid) {
        List<String> words = tree.command(pid);
        Optional<ServingCommand> command = ServingCommand.of(words)
                .filter(line -> GroupRank.of(List.of(words)).isEmpty());
        Optional<NamedPort> port = command.flatMap(line -> line.port(variable -> tree.variable(pid, variable)));
        Optional<HostProcess> process = port.flatMap(named -> tree.process(pid));
        return process.map(which -> new ServingProcess(
                which,
                command.orElseThrow().program(),
                port.orElseThrow(),
                command.orElseThrow().speaksTls()));
    }

    private boolean isPartOfAnother(ServingProcess serving) {
        return tree.ancestors(serving.process().pid()).stream().anyMatch(ancestor -> known.contains(ancestor.pid()));
    }

    /** Whether a process is still there, and has not become another program. Any thread. */
    public boolean lives(HostProcess process) {
        return tree.process(process.pid())
                        .filter(now -> now.startTicks() == process.startTicks())
                        .isPresent()
                && ServingCommand.of(tree.command(process.pid())).isPresent();
    }
}
