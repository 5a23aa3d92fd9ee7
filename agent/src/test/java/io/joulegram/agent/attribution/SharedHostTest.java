package io.joulegram.agent.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Component;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Several servers and several GPUs on one host, some of them shared. */
class SharedHostTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EngineTraits VLLM = new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED);
    private static final double INTENSITY = 400 / 3.6e12;

    private static final class Model {
        long prompt;
        long cached;
        long generated;
        long running;
    }

    private final Map<String, Tank> gpus = new TreeMap<>(Map.of("0", new Tank(), "1", new Tank(), "2", new Tank()));
    private final Tank cpu = new Tank();
    private final Map<String, Map<String, Model>> servers = new TreeMap<>();
    private final Map<String, List<String>> serversByGpu = new TreeMap<>();
    private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, 1.25);
    private long now = 5 * SECOND;

    private Model model(String server, String model) {
        return servers.computeIfAbsent(server, name -> new LinkedHashMap<>())
                .computeIfAbsent(model, name -> new Model());
    }

    private void run(long nanos, Map<String, Double> gpuWatts, double cpuWatts) {
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
                        OptionalDouble.of(400)));
    }

    private void scrape(String server, boolean restarted) {
        List<ModelTokens> tokens = new ArrayList<>();
        servers.getOrDefault(server, Map.of())
                .forEach((name, model) -> tokens.add(new ModelTokens(
                        name,
                        OptionalLong.of(model.prompt),
                        OptionalLong.of(model.cached),
                        OptionalLong.of(model.generated),
                        OptionalDouble.of((double) model.running),
                        OptionalDouble.of(0))));
        attribution.onScrape(server, new Scrape(now, 0, VLLM, restarted, tokens));
    }

    private long gpuMicrojoules(String server) {
        return attribution.servers().stream()
                .filter(account -> account.server().equals(server))
                .flatMap(account -> account.models().stream())
                .mapToLong(model -> {
                    long sum = 0;
                    for (Phase phase : Phase.values()) {
                        sum += model.microjoules(phase, Component.GPU);
                    }
                    return sum;
                })
                .sum();
    }

    @Test
    void aServerThatHasGoneQuietGetsNoMoreOfTheWorkOfAnother() {
        serversByGpu.put("0", List.of("busy", "quiet"));
        model("busy", "b");
        model("quiet", "q");
        run(SECOND, Map.of("0", 100.0), 10);
        scrape("busy", false);
        scrape("quiet", false);
        model("quiet", "q").generated += 1_000_000;
        run(SECOND, Map.of("0", 600.0), 10);
        scrape("busy", false);
        scrape("quiet", false);
        run(SECOND, Map.of("0", 100.0), 10);
        scrape("busy", false);
        scrape("quiet", false);
        long before = gpuMicrojoules("quiet");
        for (int i = 0; i < 10; i++) {
            model("busy", "b").generated += 1000;
            run(SECOND, Map.of("0", 600.0), 10);
            scrape("busy", false);
            scrape("quiet", false);
        }

        // The first second is shared equally, as nobody had worked of late.
        assertThat(gpuMicrojoules("quiet") - before).isEqualTo(300_000_000);
    }

    @Test
    void aModelThatAppearsLaterAndOneThatVanishesLoseNoEnergy() {
        serversByGpu.put("0", List.of("s"));
        model("s", "first");
        run(SECOND, Map.of("0", 100.0), 10);
        scrape("s", false);
        model("s", "second").generated = 500;
        model("s", "first").generated = 500;
        long before = gpuMicrojoules("s");
        run(SECOND, Map.of("0", 400.0), 10);
        scrape("s", false);
        assertThat(gpuMicrojoules("s") - before).isEqualTo(400_000_000);
        servers.getOrDefault("s", Map.of()).remove("first");
        model("s", "second").generated = 900;
        run(SECOND, Map.of("0", 400.0), 10);
        scrape("s", false);

        assertThat(gpuMicrojoules("s") - before).isEqualTo(800_000_000);
        assertConserved();
    }

    @Test
    void whatAMeterTellsAfterItWasLostIsNobodys() {
        serversByGpu.put("0", List.of("s"));
        model("s", "m");
        run(SECOND, Map.of("0", 100.0), 10);
        scrape("s", false);
        Tank lost = gpus.getOrDefault("0", new Tank());
        lost.live = false;
        run(SECOND, Map.of(), 10);
        scrape("s", false);
        long before = attribution.unattributed().microjoules(Component.GPU);
        lost.microjoules += 5_000_000_000L;
        lost.live = true;
        run(SECOND, Map.of(), 10);
        scrape("s", false);

        assertThat(attribution.unattributed().microjoules(Component.GPU) - before)
                .isEqualTo(5_000_000_000L);
        assertConserved();
    }

    @Test
    void conservesOnAHostOfManyServersWhateverHappens() {
        for (long seed = 0; seed < 60; seed++) {
            SharedHostTest host = new SharedHostTest();
            host.live(new SplittableRandom(seed), seed);
        }
    }

    private void live(SplittableRandom random, long seed) {
        Map<String, Long> counters = new TreeMap<>();
        for (int step = 0; step < 250; step++) {
            Map<String, Double> watts = new TreeMap<>();
            gpus.keySet().forEach(device -> watts.put(device, random.nextDouble(700)));
            run(random.nextLong(1, 2 * SECOND), watts, random.nextDouble(300));
            happen(random);
            attribution.expire(now);
            assertConserved();
            assertMonotone(counters, seed);
            assertFinite(seed);
        }
        double energy = attribution.facilityMicrojoules().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        double booked = attribution.unattributed().totalOperationalGrams()
                + attribution.pending().totalOperationalGrams()
                + models().stream().mapToDouble(ModelAccount::operationalGrams).sum();
        assertThat(booked / (energy * INTENSITY)).as("seed %d", seed).isCloseTo(1, within(1e-9));
    }

    private List<ModelAccount> models() {
        return attribution.servers().stream()
                .flatMap(server -> server.models().stream())
                .toList();
    }

    private void happen(SplittableRandom random) {
        String server = "s" + random.nextInt(3);
        Model model = model(server, "m" + random.nextInt(2));
        switch (random.nextInt(16)) {
            case 0 -> attribution.onOutage(server);
            case 1 -> relink(random);
            case 2 -> {
                servers.remove(server);
                model(server, "m0").prompt = random.nextLong(50);
                scrape(server, true);
            }
            case 3 -> {
                Tank gpu = gpus.getOrDefault(String.valueOf(random.nextInt(3)), new Tank());
                gpu.live = !gpu.live;
            }
            case 4 -> servers.getOrDefault(server, Map.of()).remove("m1");
            case 5, 6, 7 -> {
                model.running = random.nextLong(2);
                scrape(server, false);
            }
            case 8, 9, 10, 11, 12 -> {
                long prompt = random.nextLong(5000);
                model.prompt += prompt;
                model.cached += random.nextLong(prompt + 1);
                model.generated += random.nextLong(500);
                scrape(server, false);
            }
            default -> {}
        }
    }

    private void relink(SplittableRandom random) {
        serversByGpu.clear();
        for (String device : gpus.keySet()) {
            List<String> serving = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                if (random.nextBoolean()) {
                    serving.add("s" + i);
                }
            }
            serversByGpu.put(device, serving);
        }
        for (int i = 0; i < 3; i++) {
            String server = "s" + i;
            attribution.onDevices(
                    server,
                    gpus.keySet().stream()
                            .filter(device ->
                                    serversByGpu.getOrDefault(device, List.of()).contains(server))
                            .toList());
        }
    }

    private void assertConserved() {
        attribution.facilityMicrojoules().forEach((component, energy) -> {
            long sum = attribution.unattributed().microjoules(component)
                    + attribution.pending().microjoules(component);
            for (ModelAccount model : models()) {
                for (Phase phase : Phase.values()) {
                    assertThat(model.microjoules(phase, component)).isNotNegative();
                    sum += model.microjoules(phase, component);
                }
            }
            assertThat(sum).as(component.label()).isEqualTo(energy);
        });
        long facility = attribution.facilityMicrojoules().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        long measured = cpu.microjoules
                + gpus.values().stream().mapToLong(tank -> tank.microjoules).sum();
        // Overhead is kept in whole microjoules by each place that energy flows into.
        assertThat((double) facility).isCloseTo(1.25 * measured, within(8.0));
    }

    private void assertMonotone(Map<String, Long> counters, long seed) {
        for (ServerAccount server : attribution.servers()) {
            for (ModelAccount model : server.models()) {
                for (Phase phase : Phase.values()) {
                    String key = server.server() + "/" + model.model() + "/" + phase;
                    long value = model.microjoules(phase, Component.GPU);
                    assertThat(value)
                            .as("seed %d, %s", seed, key)
                            .isGreaterThanOrEqualTo(counters.getOrDefault(key, 0L));
                    counters.put(key, value);
                }
            }
        }
    }

    private void assertFinite(long seed) {
        for (ModelAccount model : models()) {
            RollingWindow window = model.window();
            assertThat(window.grams(RollingWindow.FACILITY, false))
                    .as("seed %d", seed)
                    .isFinite()
                    .isNotNegative();
            assertThat(window.microjoules(RollingWindow.FACILITY, true))
                    .as("seed %d", seed)
                    .isBetween(0L, window.microjoules(RollingWindow.FACILITY, false));
            window.prefillJoulesPerToken()
                    .ifPresent(joules ->
                            assertThat(joules).as("seed %d", seed).isFinite().isNotNegative());
            window.decodeJoulesPerToken()
                    .ifPresent(joules ->
                            assertThat(joules).as("seed %d", seed).isFinite().isNotNegative());
        }
    }
}
