package io.joulegram.agent.cli;

import io.joulegram.agent.config.AgentConfig;

/** What {@code joulegram run} runs. */
@FunctionalInterface
public interface Daemon {
    /**
     * Runs until the process is told to stop.
     *
     * @return the exit status of the process
     */
    int run(AgentConfig config);
}
