package io.joulegram.agent.calibrate;

import io.joulegram.agent.calibrate.SensorSurvey.Behaviour;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.Quantity;
import io.joulegram.power.nvml.NvmlCallCost;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** How sensors behave and what calls cost, as tables in Markdown, which read well in a terminal too. */
public final class SensorReport {
    private SensorReport() {}

    /** How the sensors of a GPU behave; energy of each is compared with that of the counter. */
    public static String sensors(GpuInfo gpu, List<Behaviour> behaviours) {
        StringBuilder text = new StringBuilder();
        line(text, "%s, driver %s, GPU %s, %s", gpu.name(), gpu.driver(), gpu.device(), gpu.uuid());
        line(text, "");
        line(text, "| domain | source | new value every | mean over | smallest change | energy | from the counter |");
        line(text, "|---|---|---|---|---|---|---|");
        OptionalDouble counted = behaviours.stream()
                .filter(one -> one.channel().quantity() == Quantity.ENERGY)
                .map(Behaviour::joules)
                .findFirst()
                .orElse(OptionalDouble.empty());
        for (Behaviour one : behaviours) {
            boolean counter = one.channel().quantity() == Quantity.ENERGY;
            line(
                    text,
                    "| %s | %s | %s | %s | %s | %s | %s |",
                    one.channel().domain(),
                    one.channel().sensor(),
                    millis(one.updatePeriodNanos()),
                    counter ? "" : (one.isWindowAtMost() ? "at most " : "") + millis(one.windowNanos()),
                    change(one, counter),
                    one.joules().isPresent()
                            ? String.format(Locale.ROOT, "%.1f J", one.joules().getAsDouble())
                            : "unknown",
                    difference(one, counted));
        }
        return text.toString();
    }

    private static String change(Behaviour one, boolean counter) {
        return one.smallestChange().isEmpty()
                ? "unknown"
                : one.smallestChange().getAsLong() + (counter ? " mJ" : " mW");
    }

    private static String difference(Behaviour one, OptionalDouble counted) {
        boolean comparable = one.channel().domain().component() != null
                && one.channel().quantity() == Quantity.POWER
                && one.joules().isPresent()
                && counted.isPresent();
        return comparable
                ? String.format(Locale.ROOT, "%+.2f %%", 100 * (one.joules().getAsDouble() / counted.getAsDouble() - 1))
                : "";
    }

    private static String millis(OptionalLong nanos) {
        return nanos.isPresent() ? String.format(Locale.ROOT, "%.1f ms", nanos.getAsLong() / 1e6) : "unknown";
    }

    /** What calls into NVML cost. */
    public static String costs(List<NvmlCallCost> costs) {
        StringBuilder text = new StringBuilder();
        line(text, "| call | median | 99 %% | processor time |");
        line(text, "|---|---|---|---|");
        for (NvmlCallCost cost : costs) {
            line(
                    text,
                    "| %s | %.1f us | %.1f us | %.1f us |",
                    cost.call(),
                    cost.medianNanos() / 1e3,
                    cost.percentile99Nanos() / 1e3,
                    cost.meanCpuNanos() / 1e3);
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
