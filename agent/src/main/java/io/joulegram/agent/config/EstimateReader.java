package io.joulegram.agent.config;

import io.joulegram.power.estimate.ModelConstants;
import io.joulegram.power.estimate.ModelConstants.Terms;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Reads the section {@code estimate}. */
final class EstimateReader {
    private final Scope root;

    EstimateReader(Scope root) {
        this.root = root;
    }

    AgentConfig.Estimate read() {
        return new AgentConfig.Estimate(root.get(Keys.ESTIMATE_ENABLED), new ModelConstants(cpu(), dram()));
    }

    private Optional<ModelConstants.Cpu> cpu() {
        Optional<Terms> terms = terms(
                Keys.ESTIMATE_CPU_IDLE_WATTS,
                Keys.ESTIMATE_CPU_LOAD_WATTS,
                root.get(Keys.ESTIMATE_CPU_MEMORY_WATTS),
                root.get(Keys.ESTIMATE_CPU_EXPONENT));
        OptionalInt threads =
                root.get(Keys.ESTIMATE_CPU_THREADS).map(OptionalInt::of).orElseGet(OptionalInt::empty);
        OptionalDouble uncertainty = root.get(Keys.ESTIMATE_CPU_UNCERTAINTY);
        return terms.map(watts -> new ModelConstants.Cpu(watts, threads, uncertainty));
    }

    private Optional<ModelConstants.Dram> dram() {
        Optional<Terms> terms = terms(
                Keys.ESTIMATE_DRAM_IDLE_WATTS_PER_GB,
                Keys.ESTIMATE_DRAM_LOAD_WATTS_PER_GB,
                root.get(Keys.ESTIMATE_DRAM_MEMORY_WATTS_PER_GB),
                1);
        OptionalDouble uncertainty = root.get(Keys.ESTIMATE_DRAM_UNCERTAINTY);
        return terms.map(watts -> new ModelConstants.Dram(watts, uncertainty));
    }

    private Optional<Terms> terms(
            ConfigKey.Value<OptionalDouble> idleKey,
            ConfigKey.Value<OptionalDouble> loadKey,
            double memory,
            double exponent) {
        OptionalDouble idle = root.get(idleKey);
        OptionalDouble load = root.get(loadKey);
        if (idle.isPresent() && load.isPresent()) {
            return Optional.of(new Terms(idle.getAsDouble(), load.getAsDouble(), memory, exponent));
        }
        if (idle.isPresent() || load.isPresent()) {
            root.report(
                    idle.isPresent() ? idleKey : loadKey,
                    "needs " + (idle.isPresent() ? loadKey : idleKey).path() + " beside it: one tells nothing alone");
        }
        return Optional.empty();
    }
}
