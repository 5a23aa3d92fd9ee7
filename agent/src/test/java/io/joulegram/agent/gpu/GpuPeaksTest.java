package io.joulegram.agent.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.simulate.AcceleratorShape;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GpuPeaksTest {
    private final GpuPeaks peaks = GpuPeaks.load();

    @ParameterizedTest
    @CsvSource({
        "NVIDIA H100 80GB HBM3, bf16, 989.4",
        "NVIDIA H100 80GB HBM3, fp8, 1978.9",
        "NVIDIA H100 PCIe, bf16, 756",
        "NVIDIA H100 NVL, fp16, 835.5",
        "NVIDIA H200, bf16, 989.4",
        "NVIDIA H200 NVL, bf16, 835.5",
        "NVIDIA A100-SXM4-80GB, bf16, 312",
        "NVIDIA A100-PCIE-40GB, int8, 624",
        "NVIDIA A100 80GB PCIe, tf32, 156",
        "Tesla T4, fp16, 65",
        "Tesla V100-SXM2-32GB, fp16, 125",
        "Tesla V100-PCIE-16GB, fp16, 112",
        "NVIDIA GH200 480GB, bf16, 989.4",
        "NVIDIA B200, fp4, 9000",
        "NVIDIA GeForce RTX 4090, bf16, 165.2",
        "NVIDIA RTX 6000 Ada Generation, fp8, 728.5",
        "Quadro RTX 6000, fp16, 130.5",
        "AMD Instinct MI300X, bf16, 1307.4",
        "Simulated NVIDIA A100 SXM4 40GB, bf16, 312",
    })
    void knowsGpusByTheNameOfTheDriver(String name, String precision, double teraflops) {
        assertThat(peaks.flops(name, Precision.valueOf(precision.toUpperCase(Locale.ROOT))))
                .hasValue(teraflops * 1e12);
    }

    @ParameterizedTest
    @CsvSource({
        "Tesla T4, BF16",
        "NVIDIA A100-SXM4-80GB, FP8",
        "NVIDIA H100 80GB HBM3, FP4",
        "NVIDIA RTX 6000, BF16",
        "NVIDIA A1000, BF16",
        "'', BF16"
    })
    void whatIsNotInADataSheetIsUnknown(String name, Precision precision) {
        assertThat(peaks.flops(name, precision)).isEmpty();
    }

    /** The simulated server knows its peak from the same data sheets. */
    @Test
    void isThePeakOfSimulatedGpus() {
        for (String name : AcceleratorShape.names()) {
            AcceleratorShape shape = AcceleratorShape.named(name).orElseThrow();
            assertThat(peaks.flops(shape.product(), Precision.BF16)).as(name).hasValue(shape.peakFlops());
        }
    }
}
