package io.joulegram.agent.cli;

import io.joulegram.agent.config.AgentConfig;

/** What a {@link ConfiguredCommand} does with its configuration. */
@FunctionalInterface
interface ConfiguredTask {
    /**
     * Does it; a daemon until the process is told to stop.
     *
     * @return the exit status of the process
     */
    int run(AgentConfig config);
}
