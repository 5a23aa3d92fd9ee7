package io.joulegram.agent.cli;

import io.joulegram.agent.Agent;
import io.joulegram.agent.HostSources;
import io.joulegram.agent.config.AgentConfig;
import java.io.PrintWriter;

/** {@code joulegram run}: the daemon on this host. */
final class RunTask implements ConfiguredTask {
    private final PrintWriter err;

    RunTask(PrintWriter err) {
        this.err = err;
    }

    @Override
    public int run(AgentConfig config) {
        Agent agent;
        try {
            agent = new Agent(config, HostSources.of(config));
        } catch (IllegalArgumentException e) {
            err.println("joulegram: " + e.getMessage());
            return Cli.WRONG;
        }
        return new DaemonProcess(err).run(agent, () -> {});
    }
}
