package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.constant.ConstantProvider;
import io.joulegram.power.estimate.BesideDramEstimate;
import io.joulegram.power.estimate.EstimateProvider;
import io.joulegram.power.nvml.NvmlProvider;
import io.joulegram.power.rapl.RaplProvider;
import io.joulegram.power.rapl.RaplWay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The families of power sources that a configuration asks for. */
public final class HostSources {
    private static final Path DEV = Path.of("/dev");

    private HostSources() {}

    /** Families, each a chain of providers of which the first that works is used. */
    public static List<List<PowerSourceProvider>> of(AgentConfig config) {
        List<List<PowerSourceProvider>> families = new ArrayList<>();
        if (config.nvml().enabled()) {
            families.add(List.of(new NvmlProvider(config.nvml().library())));
        }
        List<PowerSourceProvider> processors = processors(config);
        if (!processors.isEmpty()) {
            families.add(processors);
        }
        if (config.host().otherWatts() > 0) {
            families.add(List.of(new ConstantProvider(config.host().otherWatts())));
        }
        return families;
    }

    private static List<PowerSourceProvider> processors(AgentConfig config) {
        List<PowerSourceProvider> measured = new ArrayList<>();
        if (config.rapl().enabled()) {
            measured.add(rapl(config));
        }
        if (!config.estimate().enabled()) {
            return measured;
        }
        EstimateProvider estimate =
                new EstimateProvider(config.path().procfs(), config.estimate().constants());
        List<PowerSourceProvider> processors = new ArrayList<>();
        measured.forEach(provider -> processors.add(new BesideDramEstimate(provider, estimate)));
        processors.add(estimate);
        return processors;
    }

    /** RAPL, whether the configuration asks for it or not. */
    public static PowerSourceProvider rapl(AgentConfig config) {
        return new RaplProvider(config.path().sysfs(), config.path().procfs(), DEV, ways(config));
    }

    private static List<RaplWay> ways(AgentConfig config) {
        return switch (config.rapl().access()) {
            case AUTO -> RaplProvider.DEFAULT_WAYS;
            case PERF -> List.of(RaplWay.PERF);
            case POWERCAP -> List.of(RaplWay.POWERCAP);
            case MSR -> List.of(RaplWay.MSR);
        };
    }
}
