package io.joulegram.agent.bench;

import io.joulegram.agent.bench.ProfiledRun.Stage;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Power over a run, in memory that does not grow with its length: the highest of each part, and that of all parts over time, of
 * which the mean of two neighbours takes their place again and again.
 */
final class RunPower implements Consumer<AgentSample> {
    /** Power is steady from where it first reaches this share of its median until where it last does. */
    private static final double STEADY = 0.9;

    private static final int FEWEST = 5;
    /** Even; some 13 minutes at ten samples a second. */
    private static final int CAPACITY = 8192;

    private final long startNanos;
    private final Map<Component, Double> peaks = new EnumMap<>(Component.class);
    private final double[] seconds = new double[CAPACITY];
    private final double[] watts = new double[CAPACITY];
    private int size;
    private int perPoint = 1;
    private int pending;
    private double pendingWatts;
    private double pendingSeconds;

    /** @param startNanos when the run started */
    RunPower(long startNanos) {
        this.startNanos = startNanos;
    }

    @Override
    public void accept(AgentSample sample) {
        sample.watts().forEach((part, value) -> peaks.merge(part, value, Math::max));
        if (pending == 0) {
            pendingSeconds = (sample.nanos() - startNanos) / 1e9;
        }
        pendingWatts +=
                sample.watts().values().stream().mapToDouble(value -> value).sum();
        if (++pending == perPoint) {
            addPending();
        }
    }

    private void addPending() {
        seconds[size] = pendingSeconds;
        watts[size] = pendingWatts / pending;
        size++;
        pending = 0;
        pendingWatts = 0;
        if (size == CAPACITY) {
            size /= 2;
            perPoint *= 2;
            for (int i = 0; i < size; i++) {
                seconds[i] = seconds[2 * i];
                watts[i] = (watts[2 * i] + watts[2 * i + 1]) / 2;
            }
        }
    }

    /** The highest power of each part that a sample told. */
    Map<Component, Double> peakWatts() {
        return peaks;
    }

    /**
     * Start, steady state and end, by the power of all parts; nothing with fewer than five samples.
     *
     * @param length seconds from the start of the run to its end
     */
    List<Stage> stages(double length) {
        if (pending > 0) {
            addPending();
        }
        if (size < FEWEST) {
            return List.of();
        }
        double[] sorted = Arrays.copyOf(watts, size);
        Arrays.sort(sorted);
        double least = STEADY * sorted[size / 2];
        int first = 0;
        int last = size - 1;
        while (watts[first] < least) {
            first++;
        }
        while (watts[last] < least) {
            last--;
        }
        List<Stage> stages = new ArrayList<>();
        double from = first == 0 ? 0 : seconds[first];
        double until = last == size - 1 ? length : seconds[last];
        if (first > 0) {
            stages.add(new Stage("start", 0, from, mean(0, first)));
        }
        stages.add(new Stage("steady", from, until, mean(first, last + 1)));
        if (last < size - 1) {
            stages.add(new Stage("end", until, length, mean(last + 1, size)));
        }
        return stages;
    }

    private double mean(int from, int until) {
        return Arrays.stream(watts, from, until).average().orElseThrow();
    }
}
