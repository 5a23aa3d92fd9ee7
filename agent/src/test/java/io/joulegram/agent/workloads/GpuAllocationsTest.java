package io.joulegram.agent.workloads;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.kubernetes.HeldDevice;
import io.joulegram.agent.serving.GpuEvidence;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuInstance;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GpuAllocationsTest {
    private static final GpuInfo GPU = new GpuInfo("0", "GPU-aa", "H100", "00000000:3B:00.0", "580", 1L << 30, 700);
    private static final GpuInfo OTHER = new GpuInfo("10", "GPU-bb", "H100", "00000000:AF:00.0", "580", 1L << 30, 700);
    private static final KubernetesContainer SERVER = new KubernetesContainer("llm", "vllm-0", "server");
    private static final KubernetesContainer TRAIN = new KubernetesContainer("batch", "train", "main");
    private static final Claimant A = new Claimant("container", "aaaaaaaaaaaa");
    private static final Claimant B = new Claimant("container", "bbbbbbbbbbbb");
    private static final Map<KubernetesContainer, Claimant> RUNNING = Map.of(SERVER, A, TRAIN, B);

    private static Claim claim(Claimant claimant, double weight) {
        return new Claim(claimant, "allocation", weight, weight);
    }

    private static Map<String, List<Claim>> claims(GpuActivity activity, HeldDevice... held) {
        Map<String, GpuEvidence.Observed> observed = Map.of("0", new GpuEvidence.Observed(List.of(), activity));
        return GpuAllocations.claims(List.of(GPU, OTHER), observed, List.of(held), RUNNING);
    }

    private static GpuActivity undivided() {
        return new GpuActivity(false, 0, List.of(), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-aa", "GPU-aa::3", "nvidia0", "nvidia0/vgpu1", "0000:3b:00.0", "00000000:3B:00.0"})
    void aGpuIsTheContainersThatItWasGivenTo(String id) {
        assertThat(claims(undivided(), new HeldDevice(SERVER, id))).isEqualTo(Map.of("0", List.of(claim(A, 1))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GPU-a", "GPU-aaa", "nvidia1", "nvidia00", "MIG-aa", "3b:00.0", "0"})
    void whatNamesNoGpuOfThisHostIsNoClaim(String id) {
        assertThat(claims(undivided(), new HeldDevice(SERVER, id))).isEmpty();
    }

    @Test
    void oneThatIsSharedInTimeIsInPartsOfWhatEachWasGiven() {
        assertThat(claims(
                        undivided(),
                        new HeldDevice(SERVER, "GPU-aa::0"),
                        new HeldDevice(TRAIN, "GPU-aa::1"),
                        new HeldDevice(SERVER, "GPU-aa::2"),
                        new HeldDevice(SERVER, "GPU-bb")))
                .isEqualTo(Map.of(
                        "0", List.of(claim(A, 1), claim(B, 1), claim(A, 1)),
                        "10", List.of(claim(A, 1))));
    }

    @Test
    void oneThatIsDividedIsBySlicesAndTheRestIsIdle() {
        GpuActivity divided = new GpuActivity(
                true,
                7,
                List.of(instance("9/0", "MIG-1", 3), instance("11/0", "MIG-2", 1), instance("12/0", "MIG-3", 1)),
                Optional.empty());

        assertThat(claims(divided, new HeldDevice(SERVER, "MIG-1"), new HeldDevice(TRAIN, "nvidia0/gi11")))
                .isEqualTo(Map.of("0", List.of(claim(A, 3), claim(B, 1), claim(Claimant.IDLE, 3))));
    }

    private static HeldDevice dynamic(KubernetesContainer container, String id) {
        return new HeldDevice(container, id, Optional.of("gpu.nvidia.com"));
    }

    private static Map<String, List<Claim>> dynamicClaims(GpuActivity activity, HeldDevice... held) {
        GpuInfo third = new GpuInfo("0", "GPU-aa", "H100", "", "580", 1L << 30, 700, OptionalInt.of(3));
        GpuInfo first = new GpuInfo("1", "GPU-bb", "H100", "", "580", 1L << 30, 700, OptionalInt.of(0));
        Map<String, GpuEvidence.Observed> observed = Map.of("0", new GpuEvidence.Observed(List.of(), activity));
        return GpuAllocations.claims(List.of(third, first), observed, List.of(held), RUNNING);
    }

    @Test
    void oneGivenDynamicallyIsThatOfTheDeviceFileAndOneClaimOfTwoIsDivided() {
        assertThat(dynamicClaims(
                        undivided(), dynamic(SERVER, "gpu-3"), dynamic(TRAIN, "gpu-3"), dynamic(TRAIN, "gpu-0")))
                .isEqualTo(Map.of("0", List.of(claim(A, 1), claim(B, 1)), "1", List.of(claim(B, 1))));
        assertThat(dynamicClaims(undivided(), new HeldDevice(SERVER, "nvidia3")))
                .isEqualTo(Map.of("0", List.of(claim(A, 1))));
        assertThat(dynamicClaims(undivided(), dynamic(SERVER, "gpu-1"))).isEmpty();
        assertThat(claims(undivided(), dynamic(SERVER, "gpu-0"))).isEmpty();
    }

    @Test
    void aPartGivenDynamicallyIsTheOnlyOneOfItsProfile() {
        GpuActivity divided = new GpuActivity(
                true,
                7,
                List.of(instance("9/0", "MIG-1", 3), instance("11/0", "MIG-2", 1), instance("12/0", "MIG-3", 1)),
                Optional.empty());

        assertThat(dynamicClaims(divided, dynamic(SERVER, "gpu-3-mig-3g-9-0")))
                .isEqualTo(Map.of("0", List.of(claim(A, 3), claim(Claimant.IDLE, 4))));
        // Which of two that are alike is not told, so nobody is told to have the others either.
        assertThat(dynamicClaims(divided, dynamic(SERVER, "gpu-3-mig-3g-9-0"), dynamic(TRAIN, "gpu-3-mig-1g-19-4")))
                .isEmpty();
        assertThat(dynamicClaims(divided, dynamic(SERVER, "gpu-3"))).isEmpty();
        assertThat(dynamicClaims(undivided(), dynamic(SERVER, "gpu-3-mig-3g-9-0")))
                .isEmpty();
    }

    private static GpuInstance instance(String id, String uuid, int slices) {
        return new GpuInstance(
                id,
                uuid,
                slices + "g",
                slices,
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                List.of());
    }

    @Test
    void aContainerWhoseIdIsNotKnownIsUnattributed() {
        KubernetesContainer unknown = new KubernetesContainer("llm", "vllm-1", "server");
        assertThat(claims(undivided(), new HeldDevice(unknown, "GPU-aa")))
                .isEqualTo(Map.of("0", List.of(claim(Claimant.UNATTRIBUTED, 1))));
        assertThat(GpuAllocations.claims(List.of(GPU), Map.of(), List.of(), RUNNING))
                .isEmpty();
    }
}
