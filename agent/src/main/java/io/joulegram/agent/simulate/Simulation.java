package io.joulegram.agent.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * What is simulated.
 *
 * @param settings of each engine
 * @param servers how many servers there are, each with its own address
 * @param shared whether the servers share the same accelerators, in turns; else each has its own
 * @param dataParallel engines of a server that serve the model side by side
 * @param own requests that each server makes of itself
 */
public record Simulation(EngineSettings settings, int servers, boolean shared, int dataParallel, Traffic own) {
    private static final int DEMO_ENGINES = 2;
    private static final int DEMO_TENSOR_PARALLEL = 4;
    private static final long DEMO_SEED = 1;
    private static final double DEMO_PEAK_PER_SECOND = 16;

    /** So that requests wait in bursts. */
    private static final int DEMO_SEQUENCES = 64;

    /** @throws IllegalArgumentException if there are too many servers or engines, or none; the message says what is allowed */
    public Simulation {
        EngineSettings.require("--servers", servers, 1, EngineSettings.MAX_SERVERS);
        EngineSettings.require("--data-parallel", dataParallel, 1, EngineSettings.MAX_DATA_PARALLEL);
    }

    /** Two engines of a 70B model on four H100 each, under the load of short days. */
    public static Simulation demo() {
        EngineSettings usual = EngineSettings.of(
                ModelShape.named("llama-3-70b").orElseThrow().servedAs("simulated/llama-3-70b"),
                AcceleratorShape.named("h100").orElseThrow(),
                DEMO_TENSOR_PARALLEL,
                DEMO_SEED);
        return new Simulation(
                usual.withLimits(DEMO_SEQUENCES, usual.maxBatchedTokens(), usual.maxWaiting()),
                1,
                false,
                DEMO_ENGINES,
                Traffic.days(DEMO_PEAK_PER_SECOND));
    }

    /**
     * The accelerators of each server by their numbers on the host, where the daemon has to be told: one process is all servers, so that
     * it cannot tell which of several has which. None where there is but one server, or where all have the same.
     */
    public List<List<String>> devices() {
        int each = shared || servers == 1 ? 0 : dataParallel * settings.tensorParallel();
        return IntStream.range(0, servers)
                .mapToObj(server -> IntStream.range(server * each, (server + 1) * each)
                        .mapToObj(String::valueOf)
                        .toList())
                .toList();
    }

    /**
     * The engines of each server, at rest.
     *
     * @param nanoTime the clock, {@link System#nanoTime()} outside tests; never goes back
     */
    public List<EngineGroup> engines(LongSupplier nanoTime) {
        List<List<SimulatedEngine>> engines = new ArrayList<>();
        for (int server = 0; server < servers; server++) {
            engines.add(new ArrayList<>());
        }
        for (int rank = 0; rank < dataParallel; rank++) {
            List<SimulatedEngine> sharing = shared ? SimulatedEngine.sharing(settings, servers, nanoTime) : List.of();
            for (int server = 0; server < servers; server++) {
                engines.get(server).add(shared ? sharing.get(server) : SimulatedEngine.alone(settings, nanoTime));
            }
        }
        return engines.stream().map(EngineGroup::new).toList();
    }
}
