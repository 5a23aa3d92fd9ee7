package io.joulegram.dashboards;

import io.joulegram.agent.simulate.EngineGroup;
import io.joulegram.agent.simulate.Truth;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What simulated engines had truly taken by when they had made so many tokens, noted at the step of a batch or faster. */
final class TruthLog implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 10;

    private final TreeMap<Long, Double> joulesByTokens = new TreeMap<>();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "truth");
        thread.setDaemon(true);
        return thread;
    });

    private TruthLog() {}

    /** Begins to note. */
    static TruthLog of(EngineGroup engines) {
        TruthLog log = new TruthLog();
        var unused = log.executor.scheduleAtFixedRate(
                () -> log.note(engines.truth()), 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return log;
    }

    private synchronized void note(Truth truth) {
        double joules = (truth.microjoules() + truth.cpuMicrojoules() + truth.dramMicrojoules()) / 1e6;
        joulesByTokens.putIfAbsent(truth.generatedTokens(), joules);
    }

    /** The energy of all devices when so many tokens had been made, between two notes by their tokens. */
    synchronized double joulesAt(double tokens) {
        Map.Entry<Long, Double> before = joulesByTokens.floorEntry((long) tokens);
        Map.Entry<Long, Double> after = joulesByTokens.ceilingEntry((long) Math.ceil(tokens));
        if (before == null || after == null) {
            throw new IllegalStateException(tokens + " tokens were made before the first note or after the last");
        }
        if (after.getKey().equals(before.getKey())) {
            return before.getValue();
        }
        double share = (tokens - before.getKey()) / (after.getKey() - before.getKey());
        return before.getValue() + share * (after.getValue() - before.getValue());
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
