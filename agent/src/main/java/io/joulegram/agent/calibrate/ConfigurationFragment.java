package io.joulegram.agent.calibrate;

import io.joulegram.power.Domain;
import io.joulegram.power.estimate.ModelConstants.Terms;
import java.util.Locale;

/** The constants of a calibration as the part of a configuration file that {@code joulegram run} takes. */
public final class ConfigurationFragment {
    /** How a fragment begins. */
    public static final String BEGIN = "# Fitted by joulegram calibrate --power-model on ";

    private static final double MAX_UNCERTAINTY = 2;

    private final StressedHost host;
    private final StringBuilder text = new StringBuilder();

    private ConfigurationFragment(StressedHost host) {
        this.host = host;
    }

    /**
     * The fragment, YAML whose lines end with a line feed.
     *
     * @param subtractWatts what a wall meter saw besides processors, memory and the rest of the server, such as GPUs at
     *     rest
     */
    public static String of(Calibration calibration, StressedHost host, double subtractWatts) {
        ConfigurationFragment fragment = new ConfigurationFragment(host);
        fragment.text
                .append(BEGIN)
                .append(host.cpuName().replaceAll("\\p{Cntrl}", "?"))
                .append(".\n");
        if (calibration.wall().isPresent()) {
            fragment.ofWall(calibration.wall().get(), subtractWatts);
        } else {
            fragment.line("estimate:");
            calibration
                    .cpu()
                    .ifPresent(fit -> fragment.cpu(fit.scaled(1.0 / host.packages()), fit.largestRelativeResidual()));
            calibration
                    .dram()
                    .filter(fit -> host.gigabytes() > 0)
                    .ifPresent(fit -> fragment.dram(fit.scaled(1 / host.gigabytes()), fit.largestRelativeResidual()));
        }
        return fragment.text.toString();
    }

    /**
     * A wall meter does not tell which part draws the power at rest: processors and memory get what the built-in models
     * say, as far as there is that much, and the rest of the server what is left. What memory traffic adds is memory's.
     */
    private void ofWall(PowerFit fit, double subtractWatts) {
        Terms whole = fit.scaled(1);
        double idle = Math.max(0, whole.idle() - subtractWatts);
        double cpuIdle = host.builtInIdleWatts(Domain.CPU);
        double dramIdle = host.builtInIdleWatts(Domain.DRAM);
        double known = cpuIdle + dramIdle;
        double part = known > idle ? idle / known : 1;
        boolean memory = host.gigabytes() > 0;
        double error = fit.largestRelativeResidual();
        line(
                "# Watts at the wall, losses of the power supply included. Power at rest is shared out by the built-in models.");
        line("estimate:");
        cpu(
                new Terms(
                        cpuIdle * part / host.packages(),
                        whole.load() / host.packages(),
                        memory ? 0 : whole.memory() / host.packages(),
                        whole.exponent()),
                error);
        if (memory) {
            dram(new Terms(dramIdle * part / host.gigabytes(), 0, whole.memory() / host.gigabytes(), 1), error);
        }
        line("host:");
        line("  other-watts: " + number(Math.max(0, idle - known)));
    }

    private void cpu(Terms watts, double uncertaintyRatio) {
        line("  cpu:");
        line("    idle-watts: " + number(watts.idle()));
        line("    load-watts: " + number(watts.load()));
        line("    memory-watts: " + number(watts.memory()));
        line("    exponent: " + number(watts.exponent()));
        line("    threads: " + Math.max(1, host.threads() / host.packages()));
        line("    uncertainty: " + number(Math.min(MAX_UNCERTAINTY, uncertaintyRatio)));
    }

    private void dram(Terms wattsPerGb, double uncertaintyRatio) {
        line("  dram:");
        line("    idle-watts-per-gb: " + number(wattsPerGb.idle()));
        line("    load-watts-per-gb: " + number(wattsPerGb.load()));
        line("    memory-watts-per-gb: " + number(wattsPerGb.memory()));
        line("    uncertainty: " + number(Math.min(MAX_UNCERTAINTY, uncertaintyRatio)));
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }
}
