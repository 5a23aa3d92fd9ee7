package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.Nearest;
import io.joulegram.grid.GridIntensity;
import io.joulegram.grid.YearlyIntensities;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The carbon intensities that a configuration asks for: a fixed figure before the table's.
 *
 * @param location average of the place; empty if no grid is configured
 * @param market of what is bought under contract
 * @param marginal of the plants that follow the load
 */
record GridChoice(Optional<GridIntensity> location, Optional<GridIntensity> market, Optional<GridIntensity> marginal) {

    /** @throws IllegalArgumentException if the zone is in no table; the message names the nearest that is */
    static GridChoice of(AgentConfig.Grid grid) {
        Optional<GridIntensity> location = fixed(grid.intensity(), "average");
        if (location.isEmpty() && grid.zone().isPresent()) {
            location = Optional.of(zone(grid.zone().get()));
        }
        return new GridChoice(
                location, fixed(grid.marketIntensity(), "average"), fixed(grid.marginalIntensity(), "marginal"));
    }

    private static Optional<GridIntensity> fixed(OptionalDouble gramsPerKwh, String signal) {
        return gramsPerKwh.isPresent()
                ? Optional.of(GridIntensity.fixed(gramsPerKwh.getAsDouble(), signal))
                : Optional.empty();
    }

    private static GridIntensity zone(String zone) {
        YearlyIntensities table = YearlyIntensities.load();
        return table.find(zone).orElseThrow(() -> {
            String nearest = Nearest.to(zone, table.zones())
                    .map(name -> "; did you mean " + name + "?")
                    .orElse("");
            return new IllegalArgumentException("grid.zone: \"" + zone
                    + "\" is in no table of yearly intensity: must be a zone of Electricity Maps (DE, US-CAL-CISO), an"
                    + " ISO country code, eGRID:CODE or WORLD" + nearest);
        });
    }
}
