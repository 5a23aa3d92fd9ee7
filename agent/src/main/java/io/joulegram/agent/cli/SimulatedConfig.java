package io.joulegram.agent.cli;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.tokens.ServerTarget;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Makes a configuration fit for a simulation. */
final class SimulatedConfig {
    private static final String WORLD = "WORLD";

    private SimulatedConfig() {}

    /**
     * The configuration with the simulated server alone, and where it names no grid with the world's average, so that there
     * are grams to see.
     */
    static AgentConfig of(AgentConfig config, URI server) {
        ServerTarget target = new ServerTarget("simulated", server, Optional.empty(), Optional.empty(), List.of());
        AgentConfig.Grid grid = config.grid();
        return config.withServers(new AgentConfig.Servers(false, List.of(target)))
                .withGrid(grid.isChosen() ? grid : grid.withZone(WORLD));
    }
}
