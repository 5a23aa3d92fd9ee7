package io.joulegram.agent.export;

import io.joulegram.agent.budget.Budget;
import io.joulegram.agent.budget.BudgetState;
import io.joulegram.agent.budget.Objective;
import io.joulegram.agent.budget.ObjectiveState;
import io.joulegram.agent.export.Snapshot.CarbonState;
import io.joulegram.agent.export.Snapshot.EmbodiedState;
import io.joulegram.agent.export.Snapshot.GramsState;
import io.joulegram.agent.export.Snapshot.IntensityState;
import io.joulegram.agent.export.Snapshot.OriginState;
import io.joulegram.power.Component;
import java.util.Map;
import java.util.TreeMap;

/** The series of the whole host: energy by component, the agent's own, and carbon. */
final class FacilitySeries {
    private final Families families;

    FacilitySeries(Families families) {
        this.families = families;
    }

    void add(Snapshot snapshot) {
        addEnergy(MetricCatalogue.FACILITY_ENERGY_JOULES_TOTAL, snapshot.facilityMicrojoules());
        addEnergy(MetricCatalogue.UNATTRIBUTED_ENERGY_JOULES_TOTAL, snapshot.unattributedMicrojoules());
        addEnergy(MetricCatalogue.PENDING_ENERGY_JOULES, snapshot.pendingMicrojoules());
        addEnergy(MetricCatalogue.RETIRED_ENERGY_JOULES_TOTAL, snapshot.retiredMicrojoules());
        snapshot.agentMicrojoules()
                .ifPresent(energy -> families.addJoules(MetricCatalogue.AGENT_ENERGY_JOULES_TOTAL, energy));
        addCarbon(snapshot.carbon(), !snapshot.facilityMicrojoules().isEmpty());
        snapshot.kept()
                .backfilled()
                .forEach(part -> families.addJoules(
                        MetricCatalogue.ENERGY_BACKFILLED_JOULES_TOTAL,
                        part.microjoules(),
                        part.component().label(),
                        part.device()));
        snapshot.kept().budgets().forEach(this::addBudget);
        snapshot.kept().objectives().forEach(this::addObjective);
        snapshot.kept().ledger().ifPresent(ledger -> {
            families.add(MetricCatalogue.LEDGER_LAG_SECONDS, ledger.lagSeconds());
            families.addCount(MetricCatalogue.LEDGER_BYTES, ledger.bytes());
        });
    }

    private void addBudget(BudgetState state) {
        Budget budget = state.budget();
        String[] labels = {
            budget.name(), budget.period().label(), budget.scope().label()
        };
        families.add(MetricCatalogue.CARBON_BUDGET_GRAMS, budget.limitGrams(), labels);
        families.add(MetricCatalogue.CARBON_BUDGET_USED_GRAMS, state.usedGrams(), labels);
        families.add(MetricCatalogue.CARBON_BUDGET_REMAINING_GRAMS, state.remainingGrams(), labels);
        families.add(MetricCatalogue.CARBON_BUDGET_PROJECTED_GRAMS, state.projectedGrams(), labels);
        families.add(MetricCatalogue.CARBON_BUDGET_ELAPSED_RATIO, state.elapsedRatio(), labels);
        families.add(MetricCatalogue.CARBON_BUDGET_OBSERVED_RATIO, state.observedRatio(), labels);
        for (BudgetState.Burn burn : state.burns()) {
            String[] windowed = {labels[0], labels[1], labels[2], burn.window().label()};
            families.add(MetricCatalogue.CARBON_BUDGET_BURN_RATIO, burn.ratio(), windowed);
            families.add(MetricCatalogue.CARBON_BUDGET_BURN_THRESHOLD_RATIO, burn.threshold(), windowed);
        }
    }

    private void addObjective(ObjectiveState state) {
        Objective objective = state.objective();
        String[] labels = {objective.name(), objective.window().toMinutes() + "m"};
        families.add(MetricCatalogue.OBJECTIVE_LIMIT_GRAMS_PER_TOKEN, objective.gramsPerToken(), labels);
        families.add(MetricCatalogue.OBJECTIVE_LIMIT_JOULES_PER_TOKEN, objective.joulesPerToken(), labels);
        families.add(MetricCatalogue.OBJECTIVE_GRAMS_PER_TOKEN, state.gramsPerToken(), labels);
        families.add(MetricCatalogue.OBJECTIVE_JOULES_PER_TOKEN, state.joulesPerToken(), labels);
        families.add(MetricCatalogue.OBJECTIVE_WINDOW_TOKENS, state.tokens(), labels);
    }

    private void addEnergy(MetricCatalogue metric, Map<Component, Long> microjoules) {
        new TreeMap<>(microjoules)
                .forEach((component, energy) -> families.addJoules(metric, energy, component.label()));
    }

    private void addCarbon(CarbonState carbon, boolean measured) {
        families.add(MetricCatalogue.PUE_RATIO, carbon.pue());
        for (IntensityState grid : carbon.intensities()) {
            String[] labels = {grid.zone(), grid.provider(), grid.signal()};
            families.add(MetricCatalogue.GRID_CARBON_INTENSITY_GRAMS_PER_KWH, grid.gramsPerKwh(), labels);
            families.add(MetricCatalogue.GRID_CARBON_INTENSITY_AGE_SECONDS, grid.ageSeconds(), labels);
            families.add(
                    MetricCatalogue.GRID_CARBON_INTENSITY_INFO,
                    1,
                    grid.zone(),
                    grid.provider(),
                    grid.signal(),
                    grid.basis(),
                    grid.boundary(),
                    Boolean.toString(grid.headline()));
            families.add(MetricCatalogue.GRID_CARBON_FREE_RATIO, grid.carbonFreeRatio(), labels);
        }
        if (measured) {
            addOrigins(carbon.origins());
        }
        for (GramsState grams : carbon.grams()) {
            families.add(
                    MetricCatalogue.CO2_GRAMS_TOTAL,
                    grams.grams(),
                    grams.scope(),
                    grams.component().label(),
                    grams.device(),
                    grams.basis());
        }
        for (EmbodiedState embodied : carbon.embodied()) {
            String component = embodied.component().label();
            families.add(MetricCatalogue.EMBODIED_CO2_GRAMS, embodied.grams(), component, embodied.device());
            families.add(
                    MetricCatalogue.EMBODIED_LIFETIME_SECONDS,
                    embodied.lifetimeSeconds(),
                    component,
                    embodied.device());
        }
    }

    private void addOrigins(OriginState origins) {
        families.add(MetricCatalogue.GRID_ENERGY_JOULES_TOTAL, origins.carbonFree() * 1e-6, "carbon_free");
        families.add(MetricCatalogue.GRID_ENERGY_JOULES_TOTAL, origins.other() * 1e-6, "other");
        families.add(MetricCatalogue.GRID_ENERGY_JOULES_TOTAL, origins.unknown() * 1e-6, "unknown");
    }
}
