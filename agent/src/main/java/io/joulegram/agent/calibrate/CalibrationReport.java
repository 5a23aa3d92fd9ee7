package io.joulegram.agent.calibrate;

import io.joulegram.agent.calibrate.PowerFit.Point;
import java.util.Locale;

/** What a calibration found, as text: the constants with their intervals, and each level with its residual. */
public final class CalibrationReport {
    private static final double BYTES_PER_GIGABYTE = 1e9;

    private CalibrationReport() {}

    /** The report, whose lines end with a line feed. */
    public static String of(Calibration calibration, StressedHost host) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "\"%s\", %d packages, %d threads, %.1f GB",
                host.cpuName().replaceAll("\\p{Cntrl}", "?"),
                host.packages(),
                host.threads(),
                host.gigabytes());
        calibration.cpu().ifPresent(fit -> append(text, "All processors", fit));
        calibration.dram().ifPresent(fit -> append(text, "All memory", fit));
        calibration.wall().ifPresent(fit -> append(text, "The server at the wall", fit));
        return text.toString();
    }

    private static void append(StringBuilder text, String what, PowerFit fit) {
        line(text, "");
        line(
                text,
                "%s: P = idle + load u^%.1f + memory m; R2 %.4f, residuals %.2f W (standard deviation)",
                what,
                fit.exponent(),
                fit.r2(),
                fit.residualWatts());
        term(text, "idle", fit.idle());
        term(text, "load", fit.load());
        term(text, "memory", fit.memory());
        line(text, "  %-32s %6s %8s %10s %10s %10s", "level", "u", "GB/s", "measured W", "fitted W", "residual W");
        for (Point point : fit.points()) {
            line(
                    text,
                    "  %-32s %5.1f%% %8.1f %10.2f %10.2f %+10.2f",
                    point.load().level(),
                    100 * point.load().utilization(),
                    point.load().bytesPerSecond() / BYTES_PER_GIGABYTE,
                    point.measuredWatts(),
                    point.fittedWatts(),
                    point.residualWatts());
        }
    }

    private static void term(StringBuilder text, String name, Term term) {
        line(text, "  %-6s %9.2f W, 95 %%: %.2f to %.2f W", name, term.watts(), term.lowWatts(), term.highWatts());
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
