package io.joulegram.agent.attribution;

import static io.joulegram.agent.attribution.MadeHost.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Several servers and several GPUs on one host, some of them shared. */
class SharedHostTest {
    private static final double INTENSITY = 400 / 3.6e12;

    private final MadeHost host = new MadeHost(1.25, 3);

    @Test
    void aServerThatHasGoneQuietGetsNoMoreOfTheWorkOfAnother() {
        host.serversByGpu.put("0", List.of("busy", "quiet"));
        host.model("busy", "b");
        host.model("quiet", "q");
        host.run(SECOND, Map.of("0", 100.0), 10);
        host.scrape("busy");
        host.scrape("quiet");
        host.model("quiet", "q").generated += 1_000_000;
        host.run(SECOND, Map.of("0", 600.0), 10);
        host.scrape("busy");
        host.scrape("quiet");
        host.run(SECOND, Map.of("0", 100.0), 10);
        host.scrape("busy");
        host.scrape("quiet");
        long before = host.gpuMicrojoules("quiet");
        for (int i = 0; i < 10; i++) {
            host.model("busy", "b").generated += 1000;
            host.run(SECOND, Map.of("0", 600.0), 10);
            host.scrape("busy");
            host.scrape("quiet");
        }

        // The first second is shared equally, as nobody had worked of late.
        assertThat(host.gpuMicrojoules("quiet") - before).isEqualTo(300_000_000);
    }

    @Test
    void aModelThatAppearsLaterAndOneThatVanishesLoseNoEnergy() {
        host.serversByGpu.put("0", List.of("s"));
        host.model("s", "first");
        host.run(SECOND, Map.of("0", 100.0), 10);
        host.scrape("s");
        host.model("s", "second").generated = 500;
        host.model("s", "first").generated = 500;
        long before = host.gpuMicrojoules("s");
        host.run(SECOND, Map.of("0", 400.0), 10);
        host.scrape("s");
        assertThat(host.gpuMicrojoules("s") - before).isEqualTo(400_000_000);
        host.removeModel("s", "first");
        host.model("s", "second").generated = 900;
        host.run(SECOND, Map.of("0", 400.0), 10);
        host.scrape("s");

        assertThat(host.gpuMicrojoules("s") - before).isEqualTo(800_000_000);
        host.assertConserved("");
    }

    @Test
    void whatAMeterTellsAfterItWasLostIsNobodys() {
        host.serversByGpu.put("0", List.of("s"));
        host.model("s", "m");
        host.run(SECOND, Map.of("0", 100.0), 10);
        host.scrape("s");
        Tank lost = host.gpus.getOrDefault("0", new Tank());
        lost.live = false;
        host.run(SECOND, Map.of(), 10);
        host.scrape("s");
        long before = host.attribution.unattributed().microjoules(Component.GPU);
        lost.microjoules += 5_000_000_000L;
        lost.live = true;
        host.run(SECOND, Map.of(), 10);
        host.scrape("s");

        assertThat(host.attribution.unattributed().microjoules(Component.GPU) - before)
                .isEqualTo(5_000_000_000L);
        host.assertConserved("");
    }

    @Test
    void conservesOnAHostOfManyServersWhateverHappens() {
        for (long seed = 0; seed < 60; seed++) {
            new SharedHostTest().live(new SplittableRandom(seed), seed);
        }
    }

    private void live(SplittableRandom random, long seed) {
        Map<String, Long> counters = new TreeMap<>();
        for (int step = 0; step < 250; step++) {
            Map<String, Double> watts = new TreeMap<>();
            host.gpus.keySet().forEach(device -> watts.put(device, random.nextDouble(700)));
            host.run(random.nextLong(1, 2 * SECOND), watts, random.nextDouble(300));
            happen(random);
            host.attribution.expire(host.now);
            host.assertConserved("seed " + seed);
            assertMonotone(counters, seed);
            assertFinite(seed);
        }
        Attribution attribution = host.attribution;
        double energy = attribution.facilityMicrojoules().values().stream()
                .mapToLong(Long::longValue)
                .sum();
        double booked = attribution.unattributed().totalOperationalGrams()
                + attribution.pending().totalOperationalGrams()
                + models().stream().mapToDouble(ModelAccount::operationalGrams).sum();
        assertThat(booked / (energy * INTENSITY)).as("seed %d", seed).isCloseTo(1, within(1e-9));
    }

    private List<ModelAccount> models() {
        return host.attribution.servers().stream()
                .flatMap(server -> server.models().stream())
                .toList();
    }

    private void happen(SplittableRandom random) {
        String server = "s" + random.nextInt(3);
        MadeHost.MadeModel model = host.model(server, "m" + random.nextInt(2));
        switch (random.nextInt(16)) {
            case 0 -> host.attribution.onOutage(server);
            case 1 -> relink(random);
            case 2 -> {
                host.forgetModels(server);
                host.model(server, "m0").prompt = random.nextLong(50);
                host.scrape(server, true);
            }
            case 3 -> {
                Tank gpu = host.gpus.getOrDefault(String.valueOf(random.nextInt(3)), new Tank());
                gpu.live = !gpu.live;
            }
            case 4 -> host.removeModel(server, "m1");
            case 5, 6, 7 -> {
                model.running = random.nextLong(2);
                host.scrape(server);
            }
            case 8, 9, 10, 11, 12 -> {
                long prompt = random.nextLong(5000);
                model.prompt += prompt;
                model.cached += random.nextLong(prompt + 1);
                model.generated += random.nextLong(500);
                host.scrape(server);
            }
            default -> {}
        }
    }

    private void relink(SplittableRandom random) {
        for (String device : host.gpus.keySet()) {
            List<String> serving = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                if (random.nextBoolean()) {
                    serving.add("s" + i);
                }
            }
            host.serversByGpu.put(device, serving);
        }
        host.noteDevices(List.of("s0", "s1", "s2"));
    }

    private void assertMonotone(Map<String, Long> counters, long seed) {
        for (ServerAccount server : host.attribution.servers()) {
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
