package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.AgentConfig.Host.PlatformMeter;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.constant.ConstantProvider;
import io.joulegram.power.estimate.BesideDramEstimate;
import io.joulegram.power.estimate.EstimateProvider;
import io.joulegram.power.hwmon.HwmonGpuProvider;
import io.joulegram.power.hwmon.HwmonPlatformProvider;
import io.joulegram.power.hwmon.HwmonProcessorProvider;
import io.joulegram.power.ipmi.IpmiProvider;
import io.joulegram.power.nvml.NvmlProvider;
import io.joulegram.power.rapl.RaplProvider;
import io.joulegram.power.rapl.RaplWay;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
        if (config.hwmon().enabled()) {
            families.add(List.of(new HwmonGpuProvider(
                    config.path().sysfs(),
                    config.amdsmi().enabled(),
                    config.amdsmi().library())));
        }
        List<PowerSourceProvider> processors = processors(config);
        if (!processors.isEmpty()) {
            families.add(processors);
        }
        if (config.hwmon().enabled()) {
            families.add(List.of(new HwmonPlatformProvider(config.path().sysfs())));
        }
        if (config.ipmi().enabled()) {
            families.add(List.of(new IpmiProvider(DEV)));
        }
        if (config.host().otherWatts() > 0 && config.host().platformMeter() == PlatformMeter.NONE) {
            families.add(List.of(new ConstantProvider(config.host().otherWatts())));
        }
        return families;
    }

    private static List<PowerSourceProvider> processors(AgentConfig config) {
        Optional<EstimateProvider> estimate = config.estimate().enabled()
                ? Optional.of(new EstimateProvider(
                        config.path().procfs(), config.estimate().constants()))
                : Optional.empty();
        List<PowerSourceProvider> processors = new ArrayList<>();
        if (config.rapl().enabled()) {
            processors.add(estimate.<PowerSourceProvider>map(memory -> new BesideDramEstimate(rapl(config), memory))
                    .orElseGet(() -> rapl(config)));
        }
        if (config.hwmon().enabled()) {
            // What these meters count of the memory differs by board, so none is estimated beside them.
            processors.add(new HwmonProcessorProvider(config.path().sysfs()));
        }
        estimate.ifPresent(processors::add);
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
