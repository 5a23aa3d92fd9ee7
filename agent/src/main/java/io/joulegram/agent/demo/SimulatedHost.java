package io.joulegram.agent.demo;

import static java.util.Objects.requireNonNull;

import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The power sources of a simulated host: eight GPUs, and one source for two processor packages and their memory. All of
 * it is labelled as simulated.
 *
 * <p>The GPUs' processes are this very process, so a {@link SimulatedVllm} in it is found to own them in the way that a
 * real server is.
 *
 * <p>Immutable; any thread. Each source is for one thread, as every {@link PowerSource}.
 */
public final class SimulatedHost implements PowerSourceProvider {
    private final Workload workload;
    private final LongSupplier nanoTime;

    /**
     * @param workload what the host does
     * @param nanoTime the clock, {@link System#nanoTime()} outside tests
     */
    public SimulatedHost(Workload workload, LongSupplier nanoTime) {
        this.workload = requireNonNull(workload, "workload");
        this.nanoTime = requireNonNull(nanoTime, "nanoTime");
    }

    @Override
    public String name() {
        return "simulated";
    }

    /** Nine sources: {@code simulated:0} to {@code simulated:7} and {@code simulated:host}. Never fails. */
    @Override
    public List<PowerSource> open() {
        List<PowerSource> sources = new ArrayList<>();
        for (int gpu = 0; gpu < Workload.GPUS; gpu++) {
            sources.add(new SimulatedGpu(gpu, workload, nanoTime));
        }
        sources.add(new SimulatedProcessors(workload, nanoTime));
        return List.copyOf(sources);
    }
}
