package io.joulegram.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.attribution.GpuShares;
import io.joulegram.agent.attribution.GpuUse;
import io.joulegram.agent.serving.GpuEvidence.Observed;
import io.joulegram.agent.serving.ServedDevices.Link;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuInstance;
import io.joulegram.power.GpuProcess;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GpuEvidenceTest {
    private static final GpuProcess OF_A = process(1, 30);
    private static final GpuProcess OF_B = process(2, 10);
    private static final GpuProcess FOREIGN = process(9, 5);

    private final ServedDevices served = new ServedDevices(Map.of(
            "a",
            new Link(List.of("0"), Set.of(1), "processes"),
            "b",
            new Link(List.of("0"), Set.of(2, 3), "processes")));

    private static GpuProcess process(int pid, long memory) {
        return new GpuProcess(pid, OptionalLong.of(memory));
    }

    private static GpuActivity busy(Map<Integer, Double> smRatioByPid) {
        return new GpuActivity(false, 0, List.of(), Optional.of(smRatioByPid));
    }

    private static GpuInstance instance(
            String id, int slices, OptionalDouble sm, double dram, GpuProcess... processes) {
        return new GpuInstance(
                id,
                "MIG-" + id,
                slices + "g.10gb",
                slices,
                OptionalLong.of(1),
                OptionalLong.of(100),
                sm,
                sm.isPresent() ? OptionalDouble.of(dram) : OptionalDouble.empty(),
                List.of(processes));
    }

    private GpuUse use(Observed observed) {
        return use(served, observed);
    }

    private static GpuUse use(ServedDevices served, Observed observed) {
        return Objects.requireNonNull(
                GpuEvidence.of(served, Map.of("0", observed)).get("0"));
    }

    @Test
    void processUtilizationIsBetterThanMemory() {
        GpuShares shares = use(new Observed(List.of(OF_A, OF_B, FOREIGN), busy(Map.of(2, 0.6, 9, 0.2))))
                .shares()
                .orElseThrow();

        assertThat(shares.method()).isEqualTo("process_utilization");
        assertThat(shares.active()).isEqualTo(Map.of("b", 0.6));
        assertThat(shares.activeOfNobody()).isEqualTo(0.2);
        assertThat(shares.resident()).isEqualTo(Map.of("a", 30.0, "b", 10.0));
        assertThat(shares.residentOfNobody()).isEqualTo(5);
    }

    @Test
    void memoryDecidesWhereTheDriverTellsNoUtilization() {
        GpuShares shares = use(new Observed(List.of(OF_A, OF_B), null)).shares().orElseThrow();

        assertThat(shares.method()).isEqualTo("memory");
        assertThat(shares.active()).isEqualTo(Map.of("a", 30.0, "b", 10.0));
    }

    @Test
    void tokensDecideWhereTheProcessesOfAServerAreNotKnown() {
        assertThat(use(new Observed(List.of(OF_A, FOREIGN), busy(Map.of(1, 1.0))))
                        .shares())
                .isEmpty();
        assertThat(use(new Observed(List.of(), null)).shares()).isEmpty();
        assertThat(use(new Observed(
                                List.of(
                                        new GpuProcess(1, OptionalLong.empty()),
                                        new GpuProcess(2, OptionalLong.empty())),
                                null))
                        .shares())
                .isEmpty();
    }

    @Test
    void serverThatIsAloneHasAllOfIt() {
        ServedDevices alone = new ServedDevices(Map.of("a", new Link(List.of("0"), Set.of(1, 4), "processes")));

        GpuShares shares =
                use(alone, new Observed(List.of(OF_A), busy(Map.of()))).shares().orElseThrow();

        assertThat(shares.method()).isEqualTo("exclusive");
        assertThat(shares.active()).isEqualTo(Map.of("a", 1.0));
        assertThat(use(alone, new Observed(List.of(OF_A, FOREIGN), busy(Map.of(1, 0.5))))
                        .shares()
                        .orElseThrow()
                        .method())
                .isEqualTo("process_utilization");
    }

    @Test
    void memoryOfModelsIsThatOfTheirProcessesOnAllGpus() {
        ServedDevices router = new ServedDevices(Map.of(
                "r",
                new Link(List.of("0", "1"), Set.of(1, 2, 3), Map.of(1, "a", 2, "b"), "processes"),
                "other",
                new Link(List.of("2"), Set.of(9), "processes")));
        Map<String, Observed> observed = Map.of(
                "0", new Observed(List.of(OF_A, OF_B, process(3, 100)), null),
                "1", new Observed(List.of(process(1, 12)), null),
                "2", new Observed(List.of(FOREIGN), null));

        assertThat(GpuEvidence.memoryOfModels(router, observed))
                .isEqualTo(Map.of("r", Map.of("a", 42.0, "b", 10.0), "other", Map.of()));
    }

    @Test
    void workOfAnInstanceIsOfThoseWhoComputeInIt() {
        GpuActivity activity = new GpuActivity(
                true,
                7,
                List.of(
                        instance("1/0", 4, OptionalDouble.of(0.5), 0.25, OF_A),
                        instance("9/0", 1, OptionalDouble.of(1), 0.5, OF_B, process(9, 10)),
                        instance("10/0", 1, OptionalDouble.of(0), 0)),
                Optional.empty());

        GpuUse use = use(new Observed(List.of(OF_A, OF_B, process(9, 10)), activity));

        GpuShares shares = use.shares().orElseThrow();
        assertThat(shares.method()).isEqualTo("gpm");
        assertThat(shares.active().get("a")).isCloseTo(1.5, within(1e-12));
        assertThat(shares.active().get("b")).isCloseTo(0.375, within(1e-12));
        assertThat(shares.activeOfNobody()).isCloseTo(0.375, within(1e-12));
        assertThat(use.instances()).extracting(GpuUse.InstanceUse::active).containsExactly(1.5, 0.75, 0.0);
        assertThat(use.instances()).extracting(GpuUse.InstanceUse::method).containsOnly("gpm");
    }

    @Test
    void instancesWithoutCountersAreSharedByMemory() {
        GpuActivity activity = new GpuActivity(
                true,
                7,
                List.of(
                        instance("1/0", 4, OptionalDouble.empty(), 0, OF_A),
                        instance("9/0", 1, OptionalDouble.of(1), 0.5, OF_B)),
                Optional.empty());

        GpuUse use = use(new Observed(List.of(OF_A, OF_B), activity));

        assertThat(use.shares().orElseThrow().method()).isEqualTo("memory");
        assertThat(use.instances()).extracting(GpuUse.InstanceUse::method).containsOnly("memory");
    }
}
