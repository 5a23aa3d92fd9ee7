package io.joulegram.agent.cli;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.tokens.ServerTarget;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Makes a configuration fit for a simulation. */
final class SimulatedConfig {
    private static final String WORLD = "WORLD";

    private SimulatedConfig() {}

    /**
     * The configuration with the simulated servers alone, and where it names no grid with the world's average, so that there
     * are grams to see.
     *
     * @param devices the accelerators of each server, as far as they have to be named
     */
    static AgentConfig of(AgentConfig config, List<URI> servers, List<List<String>> devices) {
        List<ServerTarget> targets = IntStream.range(0, servers.size())
                .mapToObj(number -> new ServerTarget(
                        servers.size() == 1 ? "simulated" : "simulated-" + number,
                        servers.get(number),
                        Optional.empty(),
                        Optional.empty(),
                        devices.get(number)))
                .toList();
        AgentConfig.Grid grid = config.grid();
        return config.withServers(new AgentConfig.Servers(false, targets))
                .withGrid(grid.isChosen() ? grid : grid.withZone(WORLD));
    }
}
