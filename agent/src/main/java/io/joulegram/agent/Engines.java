package io.joulegram.agent;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.tokens.EngineCatalog;
import io.joulegram.tokens.EngineMapping;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The engines that are built in and those that the configuration defines. */
final class Engines {
    private Engines() {}

    /** @throws IllegalArgumentException if a definition is not usable; the message names it and what is allowed */
    static EngineCatalog of(AgentConfig config) {
        return EngineCatalog.builtIn()
                .with(config.engines().stream().map(Engines::mapping).toList());
    }

    private static EngineMapping mapping(AgentConfig.Engine engine) {
        return new EngineMapping(
                engine.name(),
                engine.path(),
                OptionalInt.empty(),
                metrics(Optional.of(engine.promptTokens())),
                metrics(engine.cachedTokens()),
                metrics(Optional.of(engine.generationTokens())),
                metrics(engine.requestsRunning()),
                metrics(engine.requestsWaiting()),
                engine.modelLabel(),
                engine.promptIncludesCached(),
                engine.countsAt(),
                Set.copyOf(engine.maxOver()));
    }

    private static List<EngineMapping.Metric> metrics(Optional<String> name) {
        return name.map(metric -> List.of(new EngineMapping.Metric(metric, Map.of())))
                .orElse(List.of());
    }
}
