package io.joulegram.agent.bench;

import io.joulegram.agent.gpu.GpuPeaks;
import io.joulegram.agent.gpu.Precision;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What model FLOPs utilization (Chowdhery et al., PaLM, 2022, appendix B) is reckoned by: the operations of a token, and what
 * the accelerators could do at most.
 *
 * @param model its operations; empty for no MFU
 * @param precision of the products; empty for bf16, or fp16 where the GPU has no bf16
 * @param peakFlops operations a second of one GPU at most; empty for those of its data sheet
 * @param gpus that serve the model; empty for those that the agent knows of, or one
 */
public record MfuRule(
        Optional<ModelFlops> model, Optional<Precision> precision, OptionalDouble peakFlops, OptionalInt gpus) {
    private static final double TERA = 1e12;

    /**
     * What all GPUs together could do at most.
     *
     * @param flops operations a second; empty if that is not known
     * @param origin how it is known, or why not
     */
    record Peak(OptionalDouble flops, String origin) {}

    /**
     * The peak.
     *
     * @param serving the names of the GPUs that serve the model, as far as the agent knows
     */
    Peak peak(List<String> serving) {
        int count = gpus.orElse(Math.max(1, serving.size()));
        if (peakFlops.isPresent()) {
            return peak(count, peakFlops.getAsDouble(), "as told");
        }
        if (serving.isEmpty()) {
            return unknown("no GPU is known to serve the model");
        }
        GpuPeaks table = GpuPeaks.load();
        return precision.map(wanted -> ofTable(table, count, serving, wanted)).orElseGet(() -> {
            Peak usual = ofTable(table, count, serving, Precision.BF16);
            Peak older = ofTable(table, count, serving, Precision.FP16);
            return usual.flops().isPresent() || older.flops().isEmpty() ? usual : older;
        });
    }

    private static Peak ofTable(GpuPeaks table, int count, List<String> serving, Precision precision) {
        List<Double> known = new ArrayList<>();
        for (String name : serving) {
            OptionalDouble flops = table.flops(name, precision);
            if (flops.isEmpty()) {
                return unknown("no figure of " + name + " at " + precision.label());
            }
            known.add(flops.getAsDouble());
        }
        double mean = known.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        return peak(
                count,
                mean,
                "data sheet of " + String.join(", ", new LinkedHashSet<>(serving)) + ", " + precision.label());
    }

    private static Peak peak(int count, double each, String origin) {
        return new Peak(
                OptionalDouble.of(count * each),
                String.format(Locale.ROOT, "%d x %s Tflop/s, %s", count, trimmed(each / TERA), origin));
    }

    private static String trimmed(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private static Peak unknown(String why) {
        return new Peak(OptionalDouble.empty(), why + ": no MFU; peak-tflops tells it");
    }
}
