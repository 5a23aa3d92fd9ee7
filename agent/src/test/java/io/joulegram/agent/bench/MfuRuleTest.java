package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.gpu.Precision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class MfuRuleTest {
    private static final String H100 = "NVIDIA H100 80GB HBM3";

    @Test
    void thePeakIsThatOfTheGpusThatServe() {
        MfuRule.Peak peak = rule(Optional.of(Precision.FP8), OptionalDouble.empty(), OptionalInt.empty())
                .peak(List.of(H100, H100));

        assertThat(peak.flops()).hasValue(2 * 1978.9e12);
        assertThat(peak.origin()).isEqualTo("2 x 1978.9 Tflop/s, data sheet of " + H100 + ", fp8");
    }

    @Test
    void withoutAPrecisionItIsThatOfBfloatOrOfHalves() {
        MfuRule usual = rule(Optional.empty(), OptionalDouble.empty(), OptionalInt.empty());

        assertThat(usual.peak(List.of(H100)).origin()).endsWith("bf16");
        assertThat(usual.peak(List.of("Tesla T4")).origin()).isEqualTo("1 x 65 Tflop/s, data sheet of Tesla T4, fp16");
    }

    @Test
    void whatIsToldGoesFirst() {
        MfuRule told = rule(Optional.empty(), OptionalDouble.of(1e12), OptionalInt.of(3));

        assertThat(told.peak(List.of(H100)).flops()).hasValue(3e12);
        assertThat(told.peak(List.of()).flops()).hasValue(3e12);
        assertThat(rule(Optional.empty(), OptionalDouble.of(1e12), OptionalInt.empty())
                        .peak(List.of())
                        .flops())
                .hasValue(1e12);
    }

    @Test
    void aPeakThatIsNotKnownIsNone() {
        MfuRule usual = rule(Optional.empty(), OptionalDouble.empty(), OptionalInt.empty());

        assertThat(usual.peak(List.of()).flops()).isEmpty();
        MfuRule.Peak one = usual.peak(List.of(H100, "Strange 1"));
        assertThat(one.flops()).isEmpty();
        assertThat(one.origin()).contains("Strange 1").contains("peak-tflops");
    }

    private static MfuRule rule(Optional<Precision> precision, OptionalDouble peak, OptionalInt gpus) {
        return new MfuRule(Optional.of(ModelFlops.ofParameters(8.03e9)), precision, peak, gpus);
    }
}
