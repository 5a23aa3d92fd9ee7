package io.joulegram.agent;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.Conditions;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.serving.ServerEvent;
import io.joulegram.agent.serving.ServerWatch;
import io.joulegram.tokens.Scrape;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
        /** The conditions that hold now. */
        Conditions conditions();

        /** A slice was settled. */
        void onSlice(long elapsedNanos, List<DeviceSlice> parts);

        /** A tick has passed and the books are up to date. */
        void onTick(long nowNanos);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Bookkeeper.class);

    private static final long TICK_NANOS = 500_000_000L;
    private static final long PATIENCE_NANOS = 1_500_000_000L;
    private static final long MAX_HOLD_NANOS = 2_000_000_000L;
    private static final long POLL_NANOS = 50_000_000L;
    private static final long JOIN_MILLIS = 2_000;

    private final Attribution attribution;
    private final Desk desk;
    private final Supplier<Collection<ServerWatch>> servers;
    private final long outageNanos;
    private final BlockingQueue<ServerEvent> events = new LinkedBlockingQueue<>();
    private final ArrayDeque<ServerEvent> waiting = new ArrayDeque<>();
    private final Map<String, Long> lastGoodNanos = new HashMap<>();
    private final Thread thread = new Thread(this::run, "bookkeeper");

    private volatile boolean stopping;
    private boolean begun;

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
    }

    private void run() {
        long tickNanos = System.nanoTime();
        try {
            while (!stopping) {
                long pause = waiting.isEmpty() ? tickNanos - System.nanoTime() : POLL_NANOS;
                ServerEvent event = events.poll(Math.max(0, pause), TimeUnit.NANOSECONDS);
                if (event != null) {
                    waiting.add(event);
                }
                boolean ticks = System.nanoTime() - tickNanos >= 0;
                if (ticks) {
                    tickNanos += TICK_NANOS * (1 + (System.nanoTime() - tickNanos) / TICK_NANOS);
                }
                work(ticks);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work(boolean ticks) {
        try {
            turn();
            if (ticks) {
                tick();
            }
        } catch (RuntimeException e) {
            // The books go on: what was settled stays right, and what was not is settled with the next slice.
            LOG.error("bookkeeping failed", e);
        }
    }

    /** Settles every scrape whose energy is known. */
    private void turn() {
        while (!waiting.isEmpty()) {
            ServerEvent event = waiting.getFirst();
            Conditions conditions = desk.conditions();
            if (!isCovered(event.atNanos(), conditions)) {
                return;
            }
            waiting.removeFirst();
            settle(event, conditions);
        }
    }

    private void settle(ServerEvent event, Conditions conditions) {
        String server = event.server().target().name();
        if (event instanceof ServerEvent.Scraped scraped) {
            advance(event.atNanos(), conditions);
            lastGoodNanos.put(server, event.atNanos());
            attribution.onScrape(server, atSettledInstant(scraped.scrape()));
        } else {
            Long lastGood = lastGoodNanos.get(server);
            if (lastGood != null && event.atNanos() - lastGood > outageNanos) {
                advance(event.atNanos(), conditions);
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

    private void tick() {
        long now = System.nanoTime();
        long limit = now;
        // In this order: a scrape that has ended has posted its outcome before it stops to be under way.
        for (ServerWatch server : servers.get()) {
            long since = server.inFlightSinceNanos();
            if (since != Long.MAX_VALUE && now - since < MAX_HOLD_NANOS) {
                limit = Math.min(limit, since);
            }
        }
        events.drainTo(waiting);
        if (waiting.isEmpty()) {
            Conditions conditions = desk.conditions();
            long covered = conditions.meters().stream()
                    .filter(meter -> meter.live())
                    .mapToLong(meter -> meter.energy().coveredUntilNanos())
                    .min()
                    .orElse(now);
            limit = Math.min(limit, Math.max(covered, now - PATIENCE_NANOS));
            if (!begun || limit - attribution.untilNanos() > 0) {
                advance(limit, conditions);
            }
        }
        attribution.expire(now);
        desk.onTick(now);
    }

    private void advance(long endNanos, Conditions conditions) {
        long elapsedNanos = begun ? endNanos - attribution.untilNanos() : 0;
        if (begun && elapsedNanos <= 0) {
            return;
        }
        List<DeviceSlice> parts = attribution.advance(endNanos, conditions);
        begun = true;
        desk.onSlice(elapsedNanos, parts);
    }

    private static boolean isCovered(long timeNanos, Conditions conditions) {
        return System.nanoTime() - timeNanos > PATIENCE_NANOS
                || conditions.meters().stream()
                        .filter(meter -> meter.live())
                        .allMatch(meter -> meter.energy().coveredUntilNanos() - timeNanos >= 0);
    }

    /** Ends the thread after the turn it is in. */
    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
