package io.joulegram.agent.proxy;

import io.joulegram.agent.top.AgentView;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the daemon at a steady pace and books what it says, on a thread of its own. Thread-safe. */
final class AgentFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentFeed.class);

    private final Supplier<AgentView> agent;
    private final Duration period;
    private final AgentReadings readings;
    private final EnergyBooks books;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "proxy-books");

    private volatile boolean up;
    private String problem = "";

    /**
     * @param agent asks the daemon, which may take some seconds
     * @param period the time between two questions
     */
    AgentFeed(Supplier<AgentView> agent, Duration period, AgentReadings readings, EnergyBooks books) {
        this.agent = agent;
        this.period = period;
        this.readings = readings;
        this.books = books;
        thread.setDaemon(true);
    }

    /** Begins to ask. */
    void start() {
        thread.start();
    }

    /** Whether the daemon told the server's energy when it was last asked. */
    boolean isUp() {
        return up;
    }

    private void run() {
        try {
            while (!closing.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                ask();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask() {
        try {
            books.settle(readings.of(agent.get()));
            if (!up) {
                LOG.info("the daemon tells the server's energy");
            }
            up = true;
            problem = "";
        } catch (NoReadingException e) {
            fails(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // The thread has to outlive a document that nobody thought of.
            fails(e.toString());
        }
    }

    private void fails(String why) {
        up = false;
        books.giveUpOldest();
        if (!why.equals(problem)) {
            LOG.warn("no energy is booked: {}", why);
        }
        problem = why;
    }

    /** Ends the asking; what is being asked may still be booked. */
    @Override
    public void close() {
        closing.countDown();
    }
}
