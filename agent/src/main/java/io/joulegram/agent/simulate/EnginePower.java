package io.joulegram.agent.simulate;

import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * The power sources of the host that simulated engines run on: their accelerators, and one source for the processors and
 * their memory. This is the seam between the simulation and the daemon: an agent that is given this provider samples the
 * simulated energy as it would sample NVML and RAPL.
 *
 * <p>The accelerators' processes are this very process, so the {@link OpenAiServer} in it is found to own them in the way
 * that a real server is. Immutable; any thread.
 */
public final class EnginePower implements PowerSourceProvider {
    private final List<EngineGroup> groups;

    /** @param groups whose energy is told; what they share is told once */
    public EnginePower(List<EngineGroup> groups) {
        this.groups = List.copyOf(groups);
    }

    @Override
    public String name() {
        return "simulated";
    }

    /** One source for each accelerator, {@code simulated:0} and so on, and {@code simulated:host}. Never fails. */
    @Override
    public List<PowerSource> open() {
        List<PowerSource> sources = new ArrayList<>();
        List<Accelerators> hosts = groups.stream()
                .flatMap(group -> group.engines().stream())
                .map(SimulatedEngine::accelerators)
                .distinct()
                .toList();
        for (Accelerators accelerators : hosts) {
            for (int rank = 0; rank < accelerators.settings().tensorParallel(); rank++) {
                sources.add(new EngineGpu(sources.size(), rank, accelerators));
            }
        }
        sources.add(new EngineHost(hosts));
        return List.copyOf(sources);
    }
}
