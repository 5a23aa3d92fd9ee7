package io.joulegram.agent.export;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends the live page its figures as server-sent events (WHATWG HTML, section 9.2). Each viewer has a thread of its own,
 * so that a slow or dead one keeps neither scrapes nor other viewers waiting: what it does not take in time is not sent.
 *
 * <p>A stream ends by itself after {@value #STREAM_NANOS} ns, before the server's bound on the time of an answer, which
 * breaks off the stream of a viewer that takes nothing. The browser then asks again and names the last event it has, so
 * that nothing is missing in between. Thread-safe.
 */
final class LiveStream implements AutoCloseable {
    /** Where it is. */
    static final String PATH = "/api/v1/live";

    /** How many may look at a time. */
    static final int MAX_VIEWERS = 16;

    private static final long STREAM_NANOS = 8_000_000_000L;
    private static final long POLL_MILLIS = 250;
    /** Until the browser asks again. */
    private static final byte[] PREFACE = "retry: 100\n\n".getBytes(StandardCharsets.UTF_8);

    private final LiveFrames frames;
    private final Semaphore places = new Semaphore(MAX_VIEWERS);
    private final Set<Thread> viewers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();
    private volatile boolean closed;

    LiveStream(LiveFrames frames) {
        this.frames = frames;
    }

    /** The answer without its events. */
    static Reply head() {
        return new Reply(200, "text/event-stream; charset=utf-8", new byte[0], Map.of());
    }

    /** The answer when all places are taken. */
    static Reply full() {
        return Reply.text(503, MAX_VIEWERS + " viewers are looking already: ask again later")
                .with("Retry-After", "10");
    }

    /** Takes a place for a viewer, if there is one; {@link #serve} gives it back. */
    boolean admit() {
        return !closed && places.tryAcquire();
    }

    /**
     * Sends events from a thread of its own until the stream is over, and closes the exchange.
     *
     * @param exchange with its headers set and nothing sent
     */
    void serve(HttpExchange exchange) {
        long afterId = lastEventId(exchange);
        Thread viewer = new Thread(() -> view(exchange, afterId), "live-" + number.getAndIncrement());
        viewer.setDaemon(true);
        viewers.add(viewer);
        viewer.start();
    }

    private void view(HttpExchange exchange, long afterId) {
        try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                send(out, afterId);
            }
        } catch (IOException e) {
            // The viewer has gone, or took nothing for so long that the server broke off.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            viewers.remove(Thread.currentThread());
            places.release();
        }
    }

    private void send(OutputStream out, long afterId) throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + STREAM_NANOS;
        out.write(PREFACE);
        LiveFrames.Batch batch = frames.since(afterId, Long.MIN_VALUE);
        while (!closed && endNanos - System.nanoTime() > 0) {
            out.write(batch.text().getBytes(StandardCharsets.UTF_8));
            out.flush();
            Thread.sleep(POLL_MILLIS);
            batch = frames.since(batch.newestId(), batch.stateNanos());
        }
    }

    private static long lastEventId(HttpExchange exchange) {
        String id = exchange.getRequestHeaders().getFirst("Last-Event-ID");
        try {
            return id == null ? Long.MIN_VALUE : Long.parseLong(id);
        } catch (NumberFormatException e) {
            return Long.MIN_VALUE;
        }
    }

    /** Ends every stream. Does nothing when called again. */
    @Override
    public void close() {
        closed = true;
        viewers.forEach(Thread::interrupt);
    }
}
