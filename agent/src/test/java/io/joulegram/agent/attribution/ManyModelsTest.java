package io.joulegram.agent.attribution;

import static io.joulegram.agent.attribution.MadeHost.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Component;
import io.joulegram.tokens.ServerRole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many models on many GPUs, beside a truth that is known to the microjoule. */
class ManyModelsTest {
    private static final long HOUR = 3_600 * SECOND;

    @Test
    void modelsOnGpusOfTheirOwnGetWhatTheseUse() {
        for (long seed = 0; seed < 10; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            MadeHost host = new MadeHost(1, 6);
            // Tensor parallel over four GPUs, and over two.
            Map<String, List<String>> groups = Map.of("large", List.of("0", "1", "2", "3"), "small", List.of("4", "5"));
            groups.forEach((server, gpus) -> gpus.forEach(gpu -> host.serversByGpu.put(gpu, List.of(server))));
            Map<String, Double> truth = new HashMap<>();
            host.model("large", "70b");
            host.model("small", "8b");
            host.run(SECOND, Map.of(), 0);
            host.scrape("large");
            host.scrape("small");
            for (int second = 0; second < 50; second++) {
                Map<String, Double> watts = new HashMap<>();
                groups.forEach((server, gpus) -> gpus.forEach(gpu -> {
                    double drawn = random.nextDouble(60, 700);
                    watts.put(gpu, drawn);
                    truth.merge(server, drawn, Double::sum);
                }));
                host.run(SECOND, watts, 100);
                host.model("large", "70b").generated += random.nextInt(500);
                host.model("small", "8b").generated += random.nextInt(5_000);
                host.scrape("large");
                host.scrape("small");
            }

            assertPerToken(host, "large", "70b", truth.getOrDefault("large", 0.0), seed);
            assertPerToken(host, "small", "8b", truth.getOrDefault("small", 0.0), seed);
            host.assertConserved("seed " + seed);
        }
    }

    /**
     * A prefill group and a decode group over two hosts each, beside another model: the heads count, and sums over the hosts are
     * the truth. The clocks of the hosts have nothing to do with each other, and neither have their scrapes.
     */
    @Test
    void groupsOverSeveralHostsHaveTheEnergyOfAllOverTokensThatAreCountedOnce() {
        for (long seed = 0; seed < 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<MadeHost> hosts = List.of(new MadeHost(1, 3), new MadeHost(1, 4));
            hosts.get(1).now = 900 * HOUR + random.nextLong(HOUR);
            List<String> servers = List.of("reads", "writes");
            hosts.get(0).elsewhere.add("writes");
            hosts.get(1).elsewhere.add("reads");
            hosts.forEach(host -> {
                host.serversByGpu.put("0", List.of("reads"));
                host.serversByGpu.put("1", List.of("writes"));
                host.serversByGpu.put("2", List.of("alone"));
                host.roles.putAll(Map.of("reads", ServerRole.PREFILL, "writes", ServerRole.DECODE));
                host.model("alone", "own");
                servers.forEach(server -> host.model(server, "70b"));
                host.run(SECOND, Map.of(), 0);
                List.of("reads", "writes", "alone").forEach(host::scrape);
            });
            hosts.get(1).serversByGpu.put("3", List.of("writes"));
            double joules = 0;
            for (int second = 0; second < 40; second++) {
                long prompt = random.nextInt(2) * random.nextLong(9_000);
                long generated = random.nextInt(3) * random.nextLong(500);
                for (MadeHost host : hosts) {
                    Map<String, Double> watts = new TreeMap<>();
                    host.gpus.keySet().forEach(gpu -> watts.put(gpu, random.nextDouble(60, 700)));
                    joules += watts.entrySet().stream()
                            .filter(gpu -> !gpu.getKey().equals("2"))
                            .mapToDouble(Map.Entry::getValue)
                            .sum();
                    host.run(SECOND, watts, 100);
                    servers.forEach(server -> {
                        host.model(server, "70b").prompt += prompt;
                        host.model(server, "70b").generated += generated;
                        host.scrape(server);
                    });
                    host.model("alone", "own").generated += random.nextInt(500);
                    host.scrape("alone");
                }
            }

            assertCountedOnce(hosts, joules, seed);
        }
    }

    private static void assertCountedOnce(List<MadeHost> hosts, double joules, long seed) {
        String what = "seed " + seed;
        long told = 0;
        for (MadeHost host : hosts) {
            told += host.gpuMicrojoules("reads") + host.gpuMicrojoules("writes");
            host.assertConserved(what);
            assertThat(host.account("reads", "70b").generatedTokens()).as(what).isEmpty();
            assertThat(host.account("writes", "70b").promptTokens()).as(what).isEmpty();
            host.elsewhere.forEach(server -> assertCountsNothing(host.account(server, "70b"), what));
        }
        long tokens = hosts.get(1).model("writes", "70b").generated;
        assertThat(hosts.get(0).account("reads", "70b").promptTokens())
                .as(what)
                .hasValue(hosts.get(0).model("reads", "70b").prompt);
        assertThat(hosts.get(1).account("writes", "70b").generatedTokens())
                .as(what)
                .hasValue(tokens);
        assertThat(told * 1e-6 / tokens / (joules / tokens) - 1).as(what).isBetween(-0.001, 0.001);
    }

    private static void assertCountsNothing(ModelAccount account, String what) {
        assertThat(account.promptTokens()).as(what).isEmpty();
        assertThat(account.cachedPromptTokens()).as(what).isEmpty();
        assertThat(account.generatedTokens()).as(what).isEmpty();
        assertThat(account.requests()).as(what).isEmpty();
        assertThat(account.requestsRunning()).as(what).isEmpty();
        assertThat(account.requestsWaiting()).as(what).isEmpty();
        assertThat(account.unattributedTokens()).as(what).isZero();
        assertThat(account.window().tokens(true)).as(what).isZero();
        assertThat(account.window().decodeJoulesPerToken()).as(what).isEmpty();
    }

    @Test
    void aPartOfAServerElsewhereIsSplitOverPhasesAndIdleByWhatTheServerDoes() {
        MadeHost host = new MadeHost(1, 1);
        host.serversByGpu.put("0", List.of("part"));
        host.elsewhere.add("part");
        MadeHost.MadeModel model = host.model("part", "m");
        host.run(SECOND, Map.of(), 0);
        host.scrape("part");
        for (int second = 0; second < 20; second++) {
            host.run(SECOND, Map.of("0", 100.0), 0);
            host.scrape("part");
        }
        for (int second = 0; second < 20; second++) {
            host.run(SECOND, Map.of("0", 500.0), 0);
            model.generated += 1_000;
            host.scrape("part");
        }
        // While its head does not tell, nothing is idle and nothing is anybody's.
        host.run(5 * SECOND, Map.of("0", 500.0), 0);

        ModelAccount account = host.account("part", "m");
        assertThat(account.microjoules(Phase.IDLE, Component.GPU)).isEqualTo(40 * 100_000_000L);
        assertThat(account.microjoules(Phase.DECODE, Component.GPU)).isEqualTo(20 * 400_000_000L);
        assertThat(host.attribution.pending().microjoules(Component.GPU)).isEqualTo(5 * 500_000_000L);
        assertCountsNothing(account, "");
        host.attribution.onOutage("part");
        assertThat(host.attribution.unattributed().microjoules(Component.GPU)).isEqualTo(5 * 500_000_000L);
        host.assertConserved("");
    }

    private static void assertPerToken(MadeHost host, String server, String model, double joules, long seed) {
        RollingWindow window = host.account(server, model).window();
        double told = window.microjoules(RollingWindow.GPU, false) * 1e-6 / window.tokens(false);
        double exact = joules / host.model(server, model).generated;
        assertThat(told / exact - 1).as("%s, seed %d", server, seed).isBetween(-0.001, 0.001);
        assertThat(window.divisionRatio(RollingWindow.FACILITY, false)).isZero();
    }

    /**
     * Two servers on one GPU. What a unit of the evidence costs the one and the other differs by as much as is taken for
     * possible, and by which of the two is drawn anew in each run.
     */
    @ParameterizedTest
    @CsvSource({"gpm, 1.5, 0.15", "process_utilization, 3, 0.4", "tokens, 10, 1", "memory, 0, 1"})
    void modelsOnOneGpuAreOffByNoMoreThanIsPublished(String method, double factor, double most) {
        int runs = 100;
        int within = 0;
        double sum = 0;
        for (long seed = 0; seed < runs; seed++) {
            SharedGpu gpu = new SharedGpu(method, factor, seed);
            gpu.live();
            gpu.host.assertConserved("seed " + seed);
            within += gpu.deviations() <= 2 ? 1 : 0;
            sum += gpu.published();
        }

        assertThat(within).as("runs within twice the standard uncertainty").isGreaterThanOrEqualTo(runs * 95 / 100);
        assertThat(sum / runs).as("mean of the published uncertainty").isLessThan(most);
    }

    private static final class SharedGpu {
        private final MadeHost host = new MadeHost(1.2, 1);
        private final SplittableRandom random;
        private final String method;
        private final double idleWatts;
        private final double heldByA;
        private final double costA;
        private final double costB;
        private double truthA;

        SharedGpu(String method, double factor, long seed) {
            random = new SplittableRandom(seed);
            this.method = method;
            idleWatts = random.nextDouble(60, 120);
            heldByA = random.nextDouble(0.1, 0.9);
            costA = factor > 0 ? Math.exp(random.nextDouble(-1, 1) * Math.log(factor)) : random.nextDouble(0.05, 20);
            costB = 1;
            host.serversByGpu.put("0", List.of("a", "b"));
            host.model("a", "x");
            host.model("b", "y");
        }

        void live() {
            host.run(SECOND, Map.of(), 0);
            host.scrape("a");
            host.scrape("b");
            if (!method.equals("tokens")) {
                for (int second = 0; second < 5; second++) {
                    slice(0, 0);
                }
            }
            host.attribution.expire(host.now + RollingWindow.SPAN_NANOS + 1);
            truthA = 0;
            double share = random.nextDouble(0.05, 0.95);
            for (int second = 0; second < 25; second++) {
                double busy = random.nextDouble(0.5, 1);
                slice(busy * share, busy * (1 - share));
            }
        }

        private void slice(double workA, double workB) {
            double watts = 200 / Math.max(costA, costB);
            double drawn = idleWatts + watts * (costA * workA + costB * workB);
            boolean tokens = method.equals("tokens");
            // By tokens nothing is known of memory, so that idle energy is of who works.
            double idleOfA = tokens ? workA / (workA + workB) : heldByA;
            truthA += idleOfA * idleWatts + watts * costA * workA;
            if (!tokens) {
                Map<String, Double> held = Map.of("a", heldByA, "b", 1 - heldByA);
                Map<String, Double> active = method.equals("memory") ? held : Map.of("a", workA, "b", workB);
                host.uses.put("0", new GpuUse(Optional.of(new GpuShares(method, active, 0, held, 0)), List.of(), 0));
            }
            host.run(SECOND, Map.of("0", drawn), 50);
            host.model("a", "x").generated += Math.round(1e6 * workA);
            host.model("b", "y").generated += Math.round(1e6 * workB);
            host.scrape("a");
            host.scrape("b");
        }

        private RollingWindow window() {
            return host.account("a", "x").window();
        }

        double published() {
            return window().divisionRatio(RollingWindow.GPU, false);
        }

        /** How many standard uncertainties the figure is off. */
        double deviations() {
            double told = window().microjoules(RollingWindow.GPU, false) * 1e-6;
            return Math.abs(told - truthA) / (published() * told);
        }
    }

    @Test
    void anEngineThatBeginsAnewTakesItsIntervalWithIt() {
        MadeHost host = new MadeHost(1, 2);
        host.serversByGpu.put("0", List.of("dp"));
        host.serversByGpu.put("1", List.of("dp"));
        MadeHost.MadeModel model = host.model("dp", "m");
        host.run(SECOND, Map.of(), 0);
        host.scrape("dp");
        for (int second = 1; second <= 40; second++) {
            host.run(SECOND, Map.of("0", 300.0, "1", 300.0), 0);
            // Tokens are carried over the restart of one engine; some of its last ones are lost.
            boolean restarts = second == 20;
            model.generated += restarts ? 130 : 200;
            host.scrape("dp", restarts);
        }

        RollingWindow window = host.account("dp", "m").window();
        assertThat(window.tokens(false)).isEqualTo(39 * 200);
        assertThat(window.microjoules(RollingWindow.GPU, false)).isEqualTo(39 * 600_000_000L);
        assertThat(host.account("dp", "m").unattributedTokens()).isEqualTo(130);
        host.assertConserved("");
    }

    @Test
    void prefillAndDecodeOnServersOfTheirOwnAreMeasuredAndCountedOnce() {
        MadeHost host = new MadeHost(1, 3);
        host.serversByGpu.put("0", List.of("prefill"));
        host.serversByGpu.put("1", List.of("decode"));
        host.serversByGpu.put("2", List.of("decode"));
        host.roles.put("prefill", ServerRole.PREFILL);
        host.roles.put("decode", ServerRole.DECODE);
        MadeHost.MadeModel reads = host.model("prefill", "m");
        MadeHost.MadeModel writes = host.model("decode", "m");
        host.run(SECOND, Map.of(), 0);
        host.scrape("prefill");
        host.scrape("decode");
        for (int second = 0; second < 10; second++) {
            host.run(SECOND, Map.of("0", 100.0, "1", 70.0, "2", 80.0), 0);
            host.scrape("prefill");
            host.scrape("decode");
        }
        host.attribution.expire(host.now + RollingWindow.SPAN_NANOS + 1);
        for (int second = 0; second < 40; second++) {
            host.run(SECOND, Map.of("0", 650.0, "1", 300.0, "2", 350.0), 0);
            // Two requests of 1000 prompt tokens, a tenth of them cached, and 100 output tokens each.
            reads.prompt += 2_000;
            reads.cached += 200;
            reads.generated += 2;
            writes.prompt += 2_000;
            writes.cached += 2_000;
            writes.generated += 200;
            host.scrape("prefill");
            host.scrape("decode");
        }

        ModelAccount prefill = host.account("prefill", "m");
        ModelAccount decode = host.account("decode", "m");
        RollingWindow both = RollingWindow.together(List.of(prefill.window(), decode.window()));
        assertThat(both.tokens(false)).isEqualTo(40 * 200);
        assertThat(both.tokens(true)).isEqualTo(40 * 2_200);
        assertThat(both.microjoules(RollingWindow.GPU, false)).isEqualTo(40 * 1_300_000_000L);
        assertThat(both.microjoules(RollingWindow.GPU, true)).isEqualTo(40 * (550 + 230 + 270) * 1_000_000L);

        assertThat(prefill.phaseMethod()).isEqualTo(PhaseMethod.ROLE);
        assertThat(decode.phaseMethod()).isEqualTo(PhaseMethod.ROLE);
        assertThat(prefill.microjoules(Phase.PREFILL, Component.GPU)).isEqualTo(40 * 550_000_000L);
        assertThat(prefill.microjoules(Phase.DECODE, Component.GPU)).isZero();
        assertThat(prefill.generatedTokens()).isEmpty();
        assertThat(decode.microjoules(Phase.DECODE, Component.GPU)).isEqualTo(40 * 500_000_000L);
        assertThat(decode.microjoules(Phase.PREFILL, Component.GPU)).isZero();
        assertThat(decode.promptTokens()).isEmpty();
        assertThat(decode.cachedPromptTokens()).isEmpty();
        assertThat(prefill.window().prefillJoulesPerToken().orElseThrow()).isCloseTo(550 / 1_800.0, within(1e-9));
        assertThat(decode.window().decodeJoulesPerToken().orElseThrow()).isCloseTo(500 / 200.0, within(1e-9));
        host.assertConserved("");
    }

    @Test
    void idleEnergyIsOfTheModelsThatAreLoaded() {
        MadeHost host = new MadeHost(1, 1);
        host.serversByGpu.put("0", List.of("router"));
        host.model("router", "a");
        host.model("router", "b").loaded = false;
        host.run(SECOND, Map.of(), 0);
        host.scrape("router");
        idle(host, 10);
        assertThat(microjoules(host, "a")).isEqualTo(1_000_000_000);
        assertThat(microjoules(host, "b")).isZero();

        host.model("router", "b").loaded = true;
        idle(host, 10);
        assertThat(microjoules(host, "a")).isEqualTo(1_500_000_000);
        assertThat(microjoules(host, "b")).isEqualTo(500_000_000);

        host.attribution.onMemory("router", Map.of("a", 3e9));
        idle(host, 2);
        host.attribution.onMemory("router", Map.of("a", 3e9, "b", 1e9));
        idle(host, 2);
        assertThat(microjoules(host, "a")).isEqualTo(1_750_000_000);
        assertThat(microjoules(host, "b")).isEqualTo(650_000_000);

        // It works in the interval in which it is unloaded.
        host.model("router", "b").generated = 100;
        host.model("router", "b").loaded = false;
        host.run(SECOND, Map.of("0", 300.0), 0);
        host.scrape("router");
        assertThat(microjoules(host, "a")).isEqualTo(1_850_000_000);
        assertThat(microjoules(host, "b")).isEqualTo(850_000_000);

        host.model("router", "a").loaded = false;
        idle(host, 10);
        assertThat(microjoules(host, "a") + microjoules(host, "b")).isEqualTo(2_700_000_000L);
        assertThat(host.attribution.unattributed().microjoules(Component.GPU)).isEqualTo(1_000_000_000);
        host.assertConserved("");
    }

    private static long microjoules(MadeHost host, String model) {
        return host.account("router", model).total().microjoules(Component.GPU);
    }

    private static void idle(MadeHost host, int seconds) {
        for (int second = 0; second < seconds; second++) {
            host.run(SECOND, Map.of("0", 100.0), 0);
            host.scrape("router");
        }
    }

    @Test
    void aServerThatHoldsMemoryWithoutWorkHasItsIdleEnergyAndOneThatIsGoneHasNone() {
        MadeHost host = new MadeHost(1, 1);
        host.serversByGpu.put("0", List.of("a", "b"));
        host.model("a", "x");
        host.model("b", "y");
        host.run(SECOND, Map.of(), 0);
        host.scrape("a");
        host.scrape("b");
        for (int second = 0; second < 10; second++) {
            host.uses.put("0", held(Map.of("b", 0.0), Map.of("a", 60e9, "b", 20e9)));
            host.run(SECOND, Map.of("0", 80.0), 0);
            host.scrape("a");
            host.scrape("b");
        }
        assertThat(host.gpuMicrojoules("a")).isEqualTo(600_000_000);
        for (int second = 0; second < 10; second++) {
            host.uses.put("0", held(Map.of("b", 0.8), Map.of("a", 60e9, "b", 20e9)));
            host.run(SECOND, Map.of("0", 480.0), 0);
            host.model("b", "y").generated += 1_000;
            host.scrape("a");
            host.scrape("b");
        }
        assertThat(host.gpuMicrojoules("a")).isEqualTo(1_200_000_000);
        assertThat(host.gpuMicrojoules("b")).isEqualTo(200_000_000 + 10 * (20 + 400) * 1_000_000L);
        host.serversByGpu.put("0", List.of("b"));
        for (int second = 0; second < 10; second++) {
            host.uses.put("0", held(Map.of("b", 0.8), Map.of("b", 20e9)));
            host.run(SECOND, Map.of("0", 480.0), 0);
            host.model("b", "y").generated += 1_000;
            host.scrape("a");
            host.scrape("b");
        }
        assertThat(host.gpuMicrojoules("a")).isEqualTo(1_200_000_000);
        host.assertConserved("");
    }

    private static GpuUse held(Map<String, Double> active, Map<String, Double> memory) {
        return new GpuUse(
                Optional.of(new GpuShares(GpuShares.PROCESS_UTILIZATION, active, 0, memory, 0)), List.of(), 0);
    }

    @Test
    void aModelThatLeftIsClosedOnceItWasScrapedAndGoesOnWhenItComesBack() {
        MadeHost host = new MadeHost(1, 1);
        host.serversByGpu.put("0", List.of("router"));
        host.model("router", "a");
        host.model("router", "b").generated = 10;
        host.run(SECOND, Map.of(), 0);
        host.scrape("router");
        host.model("router", "b").generated = 110;
        idle(host, 1);
        long ofB = microjoules(host, "b");
        long leaves = host.now;
        host.model("router", "b").loaded = false;
        idle(host, 1);
        host.run(2 * HOUR + 1, Map.of("0", 100.0), 0);
        host.scrape("router");
        host.attribution.retire(host.now, leaves);
        assertThat(host.accounts("router")).hasSize(2);

        host.attribution.retire(host.now, host.now);
        assertThat(host.accounts("router")).hasSize(1);
        assertThat(host.attribution.retired().microjoules(Component.GPU)).isEqualTo(ofB);
        host.assertConserved("");
        idle(host, 1);
        assertThat(host.accounts("router")).hasSize(1);

        host.model("router", "b").loaded = true;
        host.model("router", "b").generated = 150;
        idle(host, 1);
        assertThat(host.account("router", "b").generatedTokens()).hasValue(40);
        host.assertConserved("");
    }

    @Test
    void conservesOnHostsOfEveryShapeWhateverHappens() {
        for (long seed = 0; seed < 120; seed++) {
            new RandomHost(seed).live();
        }
    }

    /** Servers with GPUs of their own, in groups and shared, in deployments, whose models come and go. */
    private static final class RandomHost {
        private final long seed;
        private final SplittableRandom random;
        private final MadeHost host;
        private final List<String> servers;

        RandomHost(long seed) {
            this.seed = seed;
            random = new SplittableRandom(seed);
            host = new MadeHost(1 + random.nextInt(3) * 0.13, random.nextInt(1, 9));
            servers = IntStream.range(0, random.nextInt(1, 7))
                    .mapToObj(i -> "s" + i)
                    .toList();
            servers.forEach(server -> host.roles.put(
                    server,
                    random.nextInt(3) > 0
                            ? ServerRole.BOTH
                            : random.nextBoolean() ? ServerRole.PREFILL : ServerRole.DECODE));
            servers.stream().filter(server -> random.nextInt(4) == 0).forEach(host.elsewhere::add);
            relink();
        }

        private void relink() {
            for (String gpu : host.gpus.keySet()) {
                List<String> serving = new ArrayList<>();
                servers.forEach(server -> {
                    if (random.nextInt(servers.size() + 1) == 0) {
                        serving.add(server);
                    }
                });
                host.serversByGpu.put(gpu, serving);
            }
            host.noteDevices(servers);
        }

        void live() {
            for (int window = 0; window < 60; window++) {
                host.gpus.keySet().forEach(this::look);
                Map<String, Double> watts = new TreeMap<>();
                host.gpus.keySet().forEach(gpu -> watts.put(gpu, random.nextDouble(700)));
                long nanos = random.nextInt(50) == 0 ? random.nextLong(4 * HOUR) : random.nextLong(1, 2 * SECOND);
                host.run(nanos, watts, random.nextDouble(300));
                happen();
                host.attribution.expire(host.now);
                host.attribution.retire(host.now, host.now - random.nextLong(HOUR));
                host.assertConserved("seed " + seed + ", window " + window);
                assertBounded();
            }
        }

        /** What the driver tells of a GPU: something of all servers, of none, of processes of no server. */
        private void look(String gpu) {
            if (random.nextInt(4) > 0) {
                return;
            }
            host.uses.remove(gpu);
            Map<String, Double> active = new TreeMap<>();
            Map<String, Double> held = new TreeMap<>();
            host.serversByGpu.getOrDefault(gpu, List.of()).forEach(server -> {
                active.put(server, random.nextInt(3) == 0 ? 0 : random.nextDouble());
                held.put(server, random.nextInt(5) == 0 ? 0 : random.nextDouble(80e9));
            });
            String method = List.of(GpuShares.GPM, GpuShares.PROCESS_UTILIZATION, GpuShares.MEMORY)
                    .get(random.nextInt(3));
            if (random.nextBoolean()) {
                double stranger = random.nextBoolean() ? 0 : random.nextDouble();
                host.uses.put(
                        gpu,
                        new GpuUse(
                                Optional.of(new GpuShares(method, active, stranger, held, 1 + stranger)),
                                List.of(),
                                0));
            }
        }

        private void happen() {
            String server = servers.get(random.nextInt(servers.size()));
            MadeHost.MadeModel model = host.model(server, "m" + random.nextInt(3));
            switch (random.nextInt(20)) {
                case 0 -> host.attribution.onOutage(server);
                case 1 -> relink();
                case 2 -> {
                    host.forgetModels(server);
                    host.model(server, "m0").prompt = random.nextLong(50);
                    host.scrape(server, true);
                }
                case 3 -> {
                    Tank gpu = List.copyOf(host.gpus.values()).get(random.nextInt(host.gpus.size()));
                    gpu.live = !gpu.live;
                }
                case 4, 5 -> {
                    model.loaded = !model.loaded;
                    host.scrape(server);
                }
                case 6, 7, 8 -> {
                    model.running = random.nextLong(2);
                    host.scrape(server);
                }
                default -> {
                    long prompt = random.nextLong(5000);
                    model.prompt += prompt;
                    model.cached += random.nextLong(prompt + 1);
                    model.generated += random.nextLong(500);
                    host.scrape(server);
                }
            }
        }

        private void assertBounded() {
            host.elsewhere.stream()
                    .flatMap(host::accounts)
                    .forEach(account -> assertCountsNothing(account, "seed " + seed));
            servers.stream().flatMap(host::accounts).forEach(account -> {
                RollingWindow window = account.window();
                assertThat(window.microjoules(RollingWindow.FACILITY, true))
                        .as("seed %d", seed)
                        .isBetween(0L, window.microjoules(RollingWindow.FACILITY, false));
                assertThat(window.divisionRatio(RollingWindow.FACILITY, false))
                        .as("seed %d", seed)
                        .isFinite()
                        .isNotNegative();
            });
        }
    }
}
