package io.joulegram.agent.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.attribution.Attribution.InstanceEnergy;
import io.joulegram.agent.attribution.GpuUse.InstanceUse;
import io.joulegram.power.Component;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** One GPU that several servers, or the instances it is divided into, share by what the driver tells of them. */
class GpuSharingTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EngineTraits VLLM = new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED);
    private static final String GPU = "0";

    private final Tank tank = new Tank();
    private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, 1);
    private long now = 5 * SECOND;

    private void run(long nanos, long microjoules, List<String> servers, Optional<GpuUse> use) {
        now += nanos;
        tank.microjoules += microjoules;
        tank.untilNanos = now;
        attribution.advance(
                now,
                new Conditions(
                        List.of(new MeterFeed(Component.GPU, GPU, tank, true)),
                        List.of(),
                        Map.of(GPU, servers),
                        use.map(known -> Map.of(GPU, known)).orElse(Map.of()),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()));
    }

    private void scrape(String server) {
        ModelTokens tokens = new ModelTokens(
                "m",
                OptionalLong.of(0),
                OptionalLong.of(0),
                OptionalLong.of(0),
                OptionalDouble.of(1),
                OptionalDouble.of(0));
        attribution.onScrape(server, new Scrape(now, 0, VLLM, false, List.of(tokens)));
    }

    private void start(String... servers) {
        run(SECOND, 0, List.of(servers), Optional.empty());
        for (String server : servers) {
            scrape(server);
        }
    }

    private long microjoules(String server) {
        return attribution.servers().stream()
                .filter(account -> account.server().equals(server))
                .mapToLong(account -> account.pending().microjoules(Component.GPU)
                        + account.models().stream()
                                .flatMapToLong(model -> Arrays.stream(Phase.values())
                                        .mapToLong(phase -> model.microjoules(phase, Component.GPU)))
                                .sum())
                .sum();
    }

    private long nobodys() {
        return attribution.unattributed().microjoules(Component.GPU);
    }

    private static Optional<GpuUse> use(
            String method, Map<String, Double> active, double other, Map<String, Double> memory, double otherMemory) {
        return Optional.of(
                new GpuUse(Optional.of(new GpuShares(method, active, other, memory, otherMemory)), List.of(), 0));
    }

    @Test
    void activeEnergyGoesByWorkAndIdleEnergyByWhatIsHeld() {
        start("a", "b");
        Map<String, Double> memory = Map.of("a", 30e9, "b", 10e9);
        // Nobody works: 100 W, by memory.
        run(SECOND, 100_000_000, List.of("a", "b"), use("process_utilization", Map.of(), 0, memory, 0));
        assertThat(microjoules("a")).isEqualTo(75_000_000);
        assertThat(microjoules("b")).isEqualTo(25_000_000);

        // 300 W, of which 100 W are idle: b does all of the work.
        run(SECOND, 300_000_000, List.of("a", "b"), use("process_utilization", Map.of("b", 0.9), 0, memory, 0));
        assertThat(microjoules("a")).isEqualTo(150_000_000);
        assertThat(microjoules("b")).isEqualTo(250_000_000);
        assertThat(shares().method()).isEqualTo("process_utilization");
        assertThat(shares().ratioByServer().get("a")).isCloseTo(0.25, within(1e-9));
    }

    @Test
    void whatMemoryTellsIsNotTakenForIdleness() {
        start("a", "b");
        Map<String, Double> memory = Map.of("a", 1.0, "b", 1.0);
        List<InstanceUse> held = List.of(new InstanceUse("1/0", "3g.40gb", "memory", 0, 3));
        run(SECOND, 400_000_000, List.of("a", "b"), Optional.of(new GpuUse(Optional.empty(), held, 7)));
        run(SECOND, 400_000_000, List.of("a", "b"), use("gpm", Map.of("b", 0.5), 0, memory, 0));
        assertThat(microjoules("a")).isEqualTo(200_000_000);
        assertThat(microjoules("b")).isEqualTo(600_000_000);
    }

    @Test
    void processesOfNoServerTakeTheirPart() {
        start("a");
        run(SECOND, 100_000_000, List.of("a"), use("process_utilization", Map.of("a", 0.3), 0.1, Map.of("a", 3.0), 1));
        assertThat(microjoules("a")).isEqualTo(75_000_000);
        assertThat(nobodys()).isEqualTo(25_000_000);
    }

    @Test
    void serverThatIsSilentGivesItsPartToNobodyAndNotToTheOthers() {
        start("a");
        run(
                SECOND,
                100_000_000,
                List.of("a", "b"),
                use("gpm", Map.of("a", 1.0, "b", 3.0), 0, Map.of("a", 1.0, "b", 1.0), 0));
        assertThat(microjoules("a")).isEqualTo(25_000_000);
        assertThat(nobodys()).isEqualTo(75_000_000);
    }

    @Test
    void withoutEvidenceTokensDecide() {
        start("a", "b");
        run(SECOND, 100_000_000, List.of("a", "b"), Optional.empty());
        assertThat(microjoules("a")).isEqualTo(50_000_000);
        assertThat(shares().method()).isEqualTo("tokens");
    }

    @Test
    void instancesGetIdleEnergyBySlicesAndTheRestByWork() {
        start();
        List<InstanceUse> idle =
                List.of(new InstanceUse("1/0", "3g.40gb", "gpm", 0, 3), new InstanceUse("9/0", "1g.10gb", "gpm", 0, 1));
        run(SECOND, 70_000_000, List.of(), Optional.of(new GpuUse(Optional.empty(), idle, 7)));
        assertThat(energies())
                .containsEntry("1/0", 30_000_000L)
                .containsEntry("9/0", 10_000_000L)
                .containsEntry("unassigned", 30_000_000L);

        List<InstanceUse> busy =
                List.of(new InstanceUse("1/0", "3g.40gb", "gpm", 3, 3), new InstanceUse("9/0", "1g.10gb", "gpm", 1, 1));
        run(SECOND, 470_000_000, List.of(), Optional.of(new GpuUse(Optional.empty(), busy, 7)));
        assertThat(energies())
                .containsEntry("1/0", 30_000_000L + 30_000_000 + 300_000_000)
                .containsEntry("9/0", 10_000_000L + 10_000_000 + 100_000_000)
                .containsEntry("unassigned", 60_000_000L);
    }

    private Attribution.GpuShareRatios shares() {
        return Objects.requireNonNull(attribution.gpuShares().get(GPU));
    }

    private Map<String, Long> energies() {
        Map<String, Long> energies = new HashMap<>();
        attribution
                .instanceEnergies()
                .forEach(energy -> energies.merge(energy.instance(), energy.microjoules(), Long::sum));
        return energies;
    }

    @Test
    void whateverIsToldNoMicrojouleIsLostOrCountedTwice() {
        for (long seed = 0; seed < 200; seed++) {
            new GpuSharingTest().shareAtRandom(seed);
        }
    }

    private void shareAtRandom(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        start("a", "b");
        Map<InstanceKey, Long> before = new HashMap<>();
        boolean divided = false;
        for (int slice = 0; slice < 60; slice++) {
            List<InstanceUse> instances = instances(random);
            Optional<GpuUse> use = random.nextInt(5) == 0
                    ? Optional.empty()
                    : Optional.of(new GpuUse(
                            random.nextInt(4) == 0 ? Optional.empty() : Optional.of(shares(random)), instances, 7));
            divided |= use.isPresent() && !instances.isEmpty();
            run(
                    random.nextLong(1, 2 * SECOND),
                    random.nextInt(6) == 0 ? 0 : random.nextLong(1_000_000_000),
                    List.of("a", "b", "c"),
                    use);
            if (random.nextInt(4) == 0) {
                scrape(random.nextBoolean() ? "a" : "b");
            }

            assertThat(microjoules("a") + microjoules("b") + nobodys())
                    .as("servers and nobody, seed %s slice %s", seed, slice)
                    .isEqualTo(tank.microjoules);
            attribution
                    .gpuShares()
                    .values()
                    .forEach(shares -> assertThat(shares.ratioByServer().values().stream()
                                    .mapToDouble(Double::doubleValue)
                                    .sum())
                            .isBetween(0.0, 1 + 1e-9));
            if (divided) {
                assertInstancesSumToTheBoard(before, seed);
            }
        }
    }

    private record InstanceKey(String instance, String profile, String method) {}

    private void assertInstancesSumToTheBoard(Map<InstanceKey, Long> before, long seed) {
        long sum = 0;
        for (InstanceEnergy energy : attribution.instanceEnergies()) {
            InstanceKey key = new InstanceKey(energy.instance(), energy.profile(), energy.method());
            assertThat(energy.microjoules())
                    .as("%s, seed %s", key, seed)
                    .isGreaterThanOrEqualTo(before.getOrDefault(key, 0L));
            before.put(key, energy.microjoules());
            sum += energy.microjoules();
        }
        assertThat(sum).as("instances, seed %s", seed).isEqualTo(tank.microjoules);
    }

    private static GpuShares shares(SplittableRandom random) {
        return new GpuShares(
                "gpm",
                Map.of("a", weight(random), "b", weight(random), "c", weight(random)),
                weight(random),
                Map.of("a", weight(random), "b", weight(random), "c", 1e-3),
                weight(random));
    }

    private static double weight(SplittableRandom random) {
        return random.nextInt(3) == 0 ? 0 : random.nextDouble();
    }

    /** Instances come, go and are made anew in other sizes under the ids of others. */
    private static List<InstanceUse> instances(SplittableRandom random) {
        List<InstanceUse> instances = new ArrayList<>();
        int slices = 0;
        for (int id = 0; id < 7; id++) {
            int size = random.nextInt(1, 4);
            if (random.nextInt(3) == 0 && slices + size <= 7) {
                slices += size;
                instances.add(new InstanceUse(
                        id + "/0", size + "g", random.nextBoolean() ? "gpm" : "memory", weight(random), size));
            }
        }
        return instances;
    }
}
