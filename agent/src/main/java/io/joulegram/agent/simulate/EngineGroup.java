package io.joulegram.agent.simulate;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Engines that serve one model behind one address, each with accelerators and a processor of its own (data parallel).
 * Immutable, and thread-safe as its engines are.
 */
public final class EngineGroup {
    private final List<SimulatedEngine> engines;

    EngineGroup(List<SimulatedEngine> engines) {
        this.engines = List.copyOf(engines);
    }

    /** What each of them serves, on what. */
    public EngineSettings settings() {
        return engines.get(0).settings();
    }

    List<SimulatedEngine> engines() {
        return engines;
    }

    /** What has happened up to now, over all engines. */
    public Truth truth() {
        return engines.stream().map(SimulatedEngine::truth).reduce(Truth::plus).orElseThrow();
    }

    /** What vLLM would show at {@code /metrics} now. */
    String metrics() {
        VllmExposition exposition = new VllmExposition();
        for (int rank = 0; rank < engines.size(); rank++) {
            engines.get(rank).expose(rank, exposition);
        }
        return exposition.text();
    }

    /** The rank of the engine with the least to do, as vLLM finds it: one that waits counts as four that run. */
    int leastBusy() {
        return IntStream.range(0, engines.size())
                .boxed()
                .min(Comparator.comparingLong(rank -> engines.get(rank).score()))
                .orElseThrow();
    }
}
