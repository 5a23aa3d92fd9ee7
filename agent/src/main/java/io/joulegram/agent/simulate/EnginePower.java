package io.joulegram.agent.simulate;

import static java.util.Objects.requireNonNull;

import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import java.util.ArrayList;
import java.util.List;

/**
 * The power sources of the host that a simulated engine runs on: its accelerators, and one source for the processor and its
 * memory. This is the seam between the simulation and the daemon: an agent that is given this provider samples the
 * simulated energy as it would sample NVML and RAPL.
 *
 * <p>The accelerators' processes are this very process, so the {@link OpenAiServer} in it is found to own them in the way
 * that a real server is. Immutable; any thread.
 */
public final class EnginePower implements PowerSourceProvider {
    private final SimulatedEngine engine;

    /** @param engine whose energy is told */
    public EnginePower(SimulatedEngine engine) {
        this.engine = requireNonNull(engine, "engine");
    }

    @Override
    public String name() {
        return "simulated";
    }

    /** One source for each accelerator, {@code simulated:0} and so on, and {@code simulated:host}. Never fails. */
    @Override
    public List<PowerSource> open() {
        List<PowerSource> sources = new ArrayList<>();
        for (int gpu = 0; gpu < engine.settings().tensorParallel(); gpu++) {
            sources.add(new EngineGpu(gpu, engine));
        }
        sources.add(new EngineHost(engine));
        return List.copyOf(sources);
    }
}
