package io.joulegram.agent.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.KubernetesContainer;
import io.joulegram.power.GpuInfo;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DynamicGpuTest {
    private static Optional<DynamicGpu> named(String id, String driver) {
        return DynamicGpu.of(
                new HeldDevice(new KubernetesContainer("llm", "vllm-0", "server"), id, Optional.of(driver)));
    }

    private static DynamicGpu named(String id) {
        return named(id, "gpu.nvidia.com").orElseThrow();
    }

    @Test
    void aGpuIsNamedByItsDeviceFileAndAPartByItsProfile() {
        assertThat(named("gpu-3")).isEqualTo(new DynamicGpu(3, Optional.empty()));
        assertThat(named("gpu-12-mig-1g10gb-19-4")).isEqualTo(new DynamicGpu(12, Optional.of("1g10gb")));
        assertThat(named("gpu-0-mig-1g10gb-me-20-0").hasProfile("1g.10gb+me")).isTrue();
        assertThat(named("gpu-0-mig-1g10gb-me-20-0").hasProfile("1g.10gb")).isFalse();
        // As before v25.12.0: number of the profile, place and size.
        assertThat(named("gpu-0-mig-19-4-1").hasProfile("1g.10gb")).isFalse();
        assertThat(named("gpu-3").hasProfile("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gpu-", "gpu-x", "gpu--1", "gpu-3 ", "gpu-vfio-0", "gpu-99999", "gpu-0-mig-1g10gb", "GPU-0"})
    void otherNamesAreNone(String id) {
        assertThat(named(id, "gpu.nvidia.com")).isEmpty();
    }

    @Test
    void devicesOfOtherDriversAreNone() {
        assertThat(named("gpu-1-129", "gpu.amd.com")).isEmpty();
        assertThat(named("gpu-1", "gpu.example.com")).isEmpty();
        assertThat(DynamicGpu.of(new HeldDevice(new KubernetesContainer("a", "b", "c"), "gpu-1")))
                .isEmpty();
    }

    @Test
    void aGpuWhoseDeviceFileIsNotKnownIsNone() {
        GpuInfo known = new GpuInfo("0", "GPU-aa", "H100", "", "580", 0, 0, OptionalInt.of(3));
        GpuInfo unknown = new GpuInfo("3", "GPU-bb", "H100", "", "580", 0, 0);

        assertThat(named("gpu-3").isOf(known)).isTrue();
        assertThat(named("gpu-0").isOf(known)).isFalse();
        assertThat(named("gpu-3").isOf(unknown)).isFalse();
    }
}
