package io.joulegram.agent.calibrate;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How many threads do what in one stress level; the rest sleep.
 *
 * @param computing threads that compute
 * @param streaming threads that stream memory
 * @param duty share of the time in which they do so, 0 to 1
 */
public record StressLevel(int computing, int streaming, double duty) {
    /**
     * The levels in their order: rest; all threads at 25, 50, 75 and 100 % of the time; a quarter, a half and three
     * quarters of the threads all of the time; the same and all of them streaming memory, and half of each; and rest
     * again, which tells whether the host has drifted.
     *
     * @param threads logical processors of the host, above 0
     */
    static List<StressLevel> plan(int threads) {
        Set<StressLevel> levels = new LinkedHashSet<>();
        levels.add(new StressLevel(0, 0, 0));
        for (double duty : new double[] {0.25, 0.5, 0.75, 1}) {
            levels.add(new StressLevel(threads, 0, duty));
        }
        for (int quarters = 1; quarters <= 3; quarters++) {
            levels.add(new StressLevel(part(threads, quarters), 0, 1));
        }
        for (int quarters = 1; quarters <= 4; quarters++) {
            levels.add(new StressLevel(0, part(threads, quarters), 1));
        }
        levels.add(new StressLevel(threads - part(threads, 2), part(threads, 2), 1));
        List<StressLevel> plan = new ArrayList<>(levels);
        plan.add(new StressLevel(0, 0, 0));
        return plan;
    }

    private static int part(int threads, int quarters) {
        return Math.max(1, threads * quarters / 4);
    }

    /** The utilization that this level alone would cause. */
    double utilization(int threads) {
        return duty * (computing + streaming) / threads;
    }

    /** What it is called in a trace and a report. */
    String label() {
        if (computing + streaming == 0) {
            return "rest";
        }
        String who = computing == 0
                ? streaming + " streaming"
                : computing + " computing" + (streaming == 0 ? "" : " and " + streaming + " streaming");
        return duty == 1 ? who : String.format(Locale.ROOT, "%s at %.0f %%", who, 100 * duty);
    }
}
