package io.joulegram.agent;

import io.joulegram.agent.budget.Objective;
import io.joulegram.agent.config.AgentConfig;
import java.util.ArrayList;
import java.util.List;

/** Finds objectives per token that can never be judged. */
public final class ObjectiveReach {
    private ObjectiveReach() {}

    /**
     * What is to be said of the objectives of a configuration, a line each; empty if nothing is.
     *
     * @throws IllegalArgumentException if the grid of the configuration does not exist; the message says what does
     */
    public static List<String> warnings(AgentConfig config) {
        List<String> warnings = new ArrayList<>();
        if (config.objectives().isEmpty()) {
            return warnings;
        }
        boolean intensityKnown = !config.grid().providers().isEmpty()
                || Grid.headlineNow(config.grid()).isPresent();
        for (Objective objective : config.objectives()) {
            if (objective.gramsPerToken().isPresent() && !intensityKnown) {
                warnings.add(
                        about(objective) + "grams per token are not known without a carbon intensity; set grid.zone");
            }
            objective
                    .server()
                    .filter(server -> !mayBeThere(server, config.servers()))
                    .ifPresent(server ->
                            warnings.add(about(objective) + "no server is called \"" + server + "\" in servers"));
        }
        return warnings;
    }

    private static String about(Objective objective) {
        return "objectives: \"" + objective.name() + "\" cannot be judged: ";
    }

    private static boolean mayBeThere(String server, AgentConfig.Servers servers) {
        return servers.auto()
                || servers.targets().stream().anyMatch(target -> target.name().equals(server));
    }
}
