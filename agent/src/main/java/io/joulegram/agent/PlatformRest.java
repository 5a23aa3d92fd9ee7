package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.RestOfServer;
import io.joulegram.power.Component;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Decides what a platform's meter contains, and adds the rest of the server to the sources where one is configured. */
final class PlatformRest {
    private PlatformRest() {}

    /** The families, and the rest of the server if a platform meter is to tell it. */
    static List<List<PowerSourceProvider>> join(
            List<List<PowerSourceProvider>> families, AgentConfig.Host host, EnergyBook book) {
        List<List<PowerSourceProvider>> all = new ArrayList<>(families);
        if (host.platformMeter() != AgentConfig.Host.PlatformMeter.NONE) {
            all.add(List.of(new RestOfServer(book, sensors(host), inside(host))));
        }
        return List.copyOf(all);
    }

    private static Set<Sensor> sensors(AgentConfig.Host host) {
        return switch (host.platformMeter()) {
            case NONE -> Set.of();
            case PSYS -> Set.of(Sensor.RAPL_PERF, Sensor.RAPL_POWERCAP, Sensor.RAPL_MSR);
            case HWMON -> Set.of(Sensor.HWMON);
            case IPMI -> Set.of(Sensor.IPMI_DCMI);
        };
    }

    /**
     * {@code psys} is a counter of the processor's board side, to which no accelerator in a slot belongs; the meters of
     * a server sit at its power supply.
     */
    private static Set<Component> inside(AgentConfig.Host host) {
        Set<Component> inside = EnumSet.of(Component.CPU, Component.DRAM);
        if (host.platformMeterContainsGpus().orElse(host.platformMeter() != AgentConfig.Host.PlatformMeter.PSYS)) {
            inside.add(Component.GPU);
        }
        return inside;
    }
}
