package io.joulegram.agent.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Component;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ServerRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A host whose GPUs draw what the test says, slice by slice, and whose servers count what it says. */
final class MadeHost {
    static final long SECOND = 1_000_000_000L;

    /** The counters of one model, as its server shows them. */
    static final class MadeModel {
        long prompt;
        long cached;
        long generated;
        long running;
        boolean loaded = true;

        private ModelTokens told(String name) {
            return new ModelTokens(
                    name,
                    OptionalLong.of(prompt),
                    OptionalLong.of(cached),
                    OptionalLong.of(generated),
                    OptionalDouble.of((double) running),
                    OptionalDouble.of(0),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    OptionalLong.empty(),
                    Optional.empty(),
                    loaded);
        }
    }

    final Map<String, Tank> gpus = new TreeMap<>();
    final Map<String, List<String>> serversByGpu = new TreeMap<>();
    final Map<String, GpuUse> uses = new TreeMap<>();
    final Map<String, ServerRole> roles = new TreeMap<>();
    /** Servers of which this host has GPUs and another one counts the tokens. */
    final Set<String> elsewhere = new TreeSet<>();

    final Attribution attribution;
    long now = 5 * SECOND;

    private final double pue;
    private final Tank cpu = new Tank();
    private final Map<String, Map<String, MadeModel>> models = new TreeMap<>();

    MadeHost(double pue, int gpuCount) {
        this.pue = pue;
        attribution = new Attribution(TokenWeights.DEFAULT, pue);
        for (int i = 0; i < gpuCount; i++) {
            gpus.put(String.valueOf(i), new Tank());
        }
    }

    MadeModel model(String server, String model) {
        return models.computeIfAbsent(server, name -> new TreeMap<>()).computeIfAbsent(model, name -> new MadeModel());
    }

    void forgetModels(String server) {
        models.remove(server);
    }

    void removeModel(String server, String model) {
        models.getOrDefault(server, new TreeMap<>()).remove(model);
    }

    /** Tells of the GPUs that serve each of these now. */
    void noteDevices(List<String> servers) {
        servers.forEach(server -> attribution.onDevices(
                server,
                gpus.keySet().stream()
                        .filter(gpu -> serversByGpu.getOrDefault(gpu, List.of()).contains(server))
                        .toList()));
    }

    void run(long nanos, Map<String, Double> gpuWatts, double cpuWatts) {
        now += nanos;
        gpus.forEach((device, tank) -> {
            tank.microjoules += Math.round(gpuWatts.getOrDefault(device, 0.0) * nanos * 1e-3);
            tank.untilNanos = tank.live ? now : tank.untilNanos;
        });
        cpu.microjoules += Math.round(cpuWatts * nanos * 1e-3);
        cpu.untilNanos = now;
        List<MeterFeed> feeds = new ArrayList<>();
        gpus.forEach((device, tank) -> feeds.add(new MeterFeed(Component.GPU, device, tank, tank.live)));
        feeds.add(new MeterFeed(Component.CPU, "0", cpu, true));
        attribution.advance(
                now,
                new Conditions(
                        feeds,
                        List.of(
                                new EmbodiedRate(Component.GPU, "0", 1e-12),
                                new EmbodiedRate(Component.OTHER, "0", 3e-12)),
                        serversByGpu,
                        uses,
                        OptionalDouble.of(400),
                        OptionalDouble.of(300)));
    }

    void scrape(String server) {
        scrape(server, false);
    }

    void scrape(String server, boolean restarted) {
        ServerRole role = roles.getOrDefault(server, ServerRole.BOTH);
        List<ModelTokens> told = new ArrayList<>();
        models.getOrDefault(server, Map.of()).forEach((name, model) -> told.add(role.counted(model.told(name))));
        EngineTraits traits = new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED, role)
                .counted(elsewhere.contains(server) ? CountingHost.ELSEWHERE : CountingHost.HERE);
        attribution.onScrape(server, new Scrape(now, 0, traits, restarted, told));
    }

    ModelAccount account(String server, String model) {
        return accounts(server)
                .filter(account -> account.model().equals(model))
                .findFirst()
                .orElseThrow();
    }

    Stream<ModelAccount> accounts(String server) {
        return attribution.servers().stream()
                .filter(account -> account.server().equals(server))
                .flatMap(account -> account.models().stream());
    }

    /** Energy of GPUs that a server's models were given. */
    long gpuMicrojoules(String server) {
        return accounts(server)
                .mapToLong(account -> account.total().microjoules(Component.GPU))
                .sum();
    }

    /** Whatever was done, each microjoule is in one place. */
    void assertConserved(String what) {
        for (Map.Entry<Component, Long> measured :
                attribution.facilityMicrojoules().entrySet()) {
            Component component = measured.getKey();
            long least = 0;
            long sum = attribution.unattributed().microjoules(component)
                    + attribution.pending().microjoules(component)
                    + attribution.retired().microjoules(component);
            for (ServerAccount server : attribution.servers()) {
                for (ModelAccount model : server.models()) {
                    for (Phase phase : Phase.values()) {
                        long part = model.microjoules(phase, component);
                        least = Math.min(least, part);
                        sum += part;
                    }
                }
            }
            assertThat(sum - measured.getValue())
                    .as("%s, %s", what, component.label())
                    .isZero();
            assertThat(least).as("%s, %s", what, component.label()).isZero();
        }
        long facility = attribution.facilityMicrojoules().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        long measured = cpu.microjoules
                + gpus.values().stream().mapToLong(tank -> tank.microjoules).sum();
        // Overhead is kept in whole microjoules by each place that energy flows into.
        assertThat((double) facility).as(what).isCloseTo(pue * measured, within(2.0 + models.size() + gpus.size()));
    }
}
