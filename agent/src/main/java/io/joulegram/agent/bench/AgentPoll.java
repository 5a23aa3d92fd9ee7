package io.joulegram.agent.bench;

import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import io.joulegram.agent.top.AgentView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Asks the agent again and again, on a thread of its own, and keeps what it says. */
final class AgentPoll implements AutoCloseable {
    /** Four times a second. */
    static final long USUAL_MILLIS = 250;

    /** In a measurement of 24 hours some 16 MB. */
    private static final long MOST_SAMPLES = 30_000;

    private final AgentReader reader;
    private final AgentAddress address;
    private final Served served;
    private final long intervalMillis;
    private final AgentTimeline timeline = new AgentTimeline();
    private volatile Optional<AgentView> problem = Optional.empty();
    private final Thread thread = new Thread(this::work, "agent-poll");

    /** @param intervalMillis time between two questions */
    AgentPoll(AgentReader reader, AgentAddress address, Served served, long intervalMillis) {
        this.intervalMillis = intervalMillis;
        this.reader = reader;
        this.address = address;
        this.served = served;
        thread.setDaemon(true);
        thread.start();
    }

    /** Four times a second, or less often in a long measurement, all of which is kept. */
    static long millisFor(Duration measurement) {
        return Math.max(USUAL_MILLIS, measurement.toMillis() / MOST_SAMPLES);
    }

    /** What it has said. */
    AgentTimeline timeline() {
        return timeline;
    }

    /** The newest answer, if it was none. */
    Optional<AgentView> problem() {
        return problem;
    }

    /**
     * Waits until something is known of a later instant than the given one, or the agent has been silent for five seconds.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    void awaitAfter(long nanos) throws InterruptedException {
        long giveUp = System.nanoTime() + 5_000_000_000L;
        while (timeline.lastNanos().map(last -> last - nanos <= 0).orElse(true) && System.nanoTime() - giveUp < 0) {
            Thread.sleep(Math.max(1, intervalMillis / 5));
        }
    }

    private void work() {
        long next = System.nanoTime();
        while (!Thread.currentThread().isInterrupted()) {
            ask();
            next = Math.max(next + intervalMillis * 1_000_000, System.nanoTime());
            try {
                Thread.sleep(Math.max(1, (next - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void ask() {
        long before = System.nanoTime();
        AgentView view = reader.read(List.of(address)).get(0);
        long after = System.nanoTime();
        problem = Optional.of(view).filter(each -> !each.answered());
        if (view.answered()) {
            // The agent tells its books as of the request, which reached it between the two.
            timeline.add(AgentSample.of(before + (after - before) / 2, view.status(), view.summary(), served));
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
