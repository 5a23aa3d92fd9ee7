package io.joulegram.agent;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.Conditions;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.serving.ServerEvent;
import io.joulegram.agent.serving.ServerWatch;
import io.joulegram.tokens.Scrape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns time in the books: one thread that cuts it into slices at the instants of the token scrapes, and at a tick when
 * there are none, and settles each slice once the energy up to its end is known.
 *
 * <p>A scrape is settled when every meter that is live has a sample after it. That takes at most a sampling interval
 * and half an averaging window; after {@value #PATIENCE_NANOS} ns it is settled with what there is. While a scrape is
 * under way no slice goes past its begin, so that the slice can end at the very instant the counters are of.
 */
final class Bookkeeper implements AutoCloseable {
    /** What the books need from the rest of the agent; called on the bookkeeping thread alone. */
    interface Desk {
        /** The first instant after this one at which a slice must end: a bucket is full, or other conditions begin. */
        long nextCutNanos(long nanos);

        /** A slice begins at this instant. Returns the conditions that hold in it. */
        Conditions beginSlice(long startNanos);

        /** Until when the energy of every live meter is known; empty if no meter is live. Cheap. */
        OptionalLong coveredUntilNanos();

        /** The slice that began is settled. */
        void endSlice(long endNanos, long elapsedNanos, List<DeviceSlice> parts);

        /** A tick has passed and the books are up to date. */
        void onTick(long nowNanos);

        /** The books are to be published as they stand. */
        void publish(long nowNanos);

        /** Nothing more will be settled. */
        void onStop();
    }

    private static final Logger LOG = LoggerFactory.getLogger(Bookkeeper.class);

    private static final long TICK_NANOS = 1_000_000_000L;
    /** How old what is published may become while nobody asks for it. */
    private static final long PUBLISH_NANOS = 2_000_000_000L;

    private static final long PATIENCE_NANOS = 1_500_000_000L;
    private static final long MAX_HOLD_NANOS = 2_000_000_000L;
    private static final long POLL_NANOS = 100_000_000L;
    private static final long JOIN_MILLIS = 2_000;

    private final Attribution attribution;
    private final Desk desk;
    private final Supplier<Collection<ServerWatch>> servers;
    private final long outageNanos;
    private final Queue<ServerEvent> events = new ConcurrentLinkedQueue<>();
    private final Queue<CountDownLatch> requests = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<ServerEvent> waiting = new ArrayDeque<>();
    private final Map<String, Long> lastGoodNanos = new HashMap<>();
    private final Thread thread = new Thread(this::run, "bookkeeper");

    private volatile boolean stopping;
    private boolean begun;
    private boolean failing;
    private long publishedNanos = System.nanoTime() - PUBLISH_NANOS;

    /** @param outageNanos a server that gave no counters for this long has its open interval given up */
    Bookkeeper(Attribution attribution, Desk desk, Supplier<Collection<ServerWatch>> servers, long outageNanos) {
        this.attribution = attribution;
        this.desk = desk;
        this.servers = servers;
        this.outageNanos = outageNanos;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Takes the outcome of a scrape; any thread. */
    void post(ServerEvent event) {
        events.add(event);
        LockSupport.unpark(thread);
    }

    /** Has the books brought up to date and published, and waits for that, but not longer than this; any thread. */
    void publishNow(long patienceMillis) {
        CountDownLatch done = new CountDownLatch(1);
        requests.add(done);
        LockSupport.unpark(thread);
        try {
            if (!done.await(patienceMillis, TimeUnit.MILLISECONDS)) {
                requests.remove(done);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long tickNanos = System.nanoTime();
        while (!stopping) {
            long now = System.nanoTime();
            boolean ticks = now - tickNanos >= 0;
            if (ticks) {
                tickNanos += TICK_NANOS * (1 + (now - tickNanos) / TICK_NANOS);
            }
            List<CountDownLatch> asking = drain(requests);
            work(ticks, !asking.isEmpty());
            asking.forEach(CountDownLatch::countDown);
            long pause = tickNanos - System.nanoTime();
            LockSupport.parkNanos(this, Math.max(0, waiting.isEmpty() ? pause : Math.min(pause, POLL_NANOS)));
        }
        work(true, true);
        desk.onStop();
    }

    private static <T> List<T> drain(Queue<T> queue) {
        List<T> taken = new ArrayList<>();
        for (T next = queue.poll(); next != null; next = queue.poll()) {
            taken.add(next);
        }
        return taken;
    }

    private void work(boolean ticks, boolean asked) {
        try {
            waiting.addAll(drain(events));
            turn();
            if (ticks || asked) {
                tick(asked);
                failing = false;
            }
        } catch (RuntimeException e) {
            // The books go on: what was settled stays right, and what was not is settled with the next slice.
            if (!failing) {
                LOG.error("bookkeeping failed", e);
            }
            failing = true;
        }
    }

    /** Settles every scrape whose energy is known. */
    private void turn() {
        while (!waiting.isEmpty()) {
            if (!isCovered(waiting.getFirst().atNanos())) {
                return;
            }
            settle(waiting.removeFirst());
        }
    }

    private void settle(ServerEvent event) {
        String server = event.server().target().name();
        if (event instanceof ServerEvent.Scraped scraped) {
            advance(event.atNanos());
            lastGoodNanos.put(server, event.atNanos());
            attribution.onScrape(server, atSettledInstant(scraped.scrape()));
        } else {
            Long lastGood = lastGoodNanos.get(server);
            if (lastGood != null && event.atNanos() - lastGood > outageNanos) {
                advance(event.atNanos());
                attribution.onOutage(server);
                lastGoodNanos.remove(server);
                LOG.warn("{}: silent for {} s; its energy is nobody's until it answers", server, outageNanos / 1e9);
            }
        }
    }

    /** A scrape that was slower than slices were held back for is taken to be of the end of the last slice. */
    private Scrape atSettledInstant(Scrape scrape) {
        return scrape.atNanos() - attribution.untilNanos() >= 0
                ? scrape
                : new Scrape(
                        attribution.untilNanos(),
                        scrape.uncertaintyNanos(),
                        scrape.traits(),
                        scrape.restarted(),
                        scrape.models());
    }

    private void tick(boolean asked) {
        long now = System.nanoTime();
        long limit = now;
        // In this order: a scrape that has ended has posted its outcome before it stops to be under way.
        for (ServerWatch server : servers.get()) {
            long since = server.inFlightSinceNanos();
            if (since != Long.MAX_VALUE && now - since < MAX_HOLD_NANOS) {
                limit = Math.min(limit, since);
            }
        }
        waiting.addAll(drain(events));
        if (waiting.isEmpty()) {
            long covered = desk.coveredUntilNanos().orElse(now);
            advance(Math.min(limit, Math.max(covered, now - PATIENCE_NANOS)));
        }
        attribution.expire(now);
        desk.onTick(now);
        if (asked || now - publishedNanos >= PUBLISH_NANOS) {
            desk.publish(now);
            publishedNanos = now;
        }
    }

    private void advance(long endNanos) {
        if (begun) {
            for (long cut = nextCutNanos(); cut - endNanos < 0; cut = nextCutNanos()) {
                settleSlice(cut);
            }
        }
        settleSlice(endNanos);
    }

    private long nextCutNanos() {
        return desk.nextCutNanos(attribution.untilNanos());
    }

    private void settleSlice(long endNanos) {
        long elapsedNanos = begun ? endNanos - attribution.untilNanos() : 0;
        if (begun && elapsedNanos <= 0) {
            return;
        }
        Conditions conditions = desk.beginSlice(endNanos - elapsedNanos);
        List<DeviceSlice> parts = attribution.advance(endNanos, conditions);
        begun = true;
        desk.endSlice(endNanos, elapsedNanos, parts);
    }

    private boolean isCovered(long timeNanos) {
        if (System.nanoTime() - timeNanos > PATIENCE_NANOS) {
            return true;
        }
        OptionalLong covered = desk.coveredUntilNanos();
        return covered.isEmpty() || covered.getAsLong() - timeNanos >= 0;
    }

    /** Ends the thread after the turn it is in. */
    @Override
    public void close() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
