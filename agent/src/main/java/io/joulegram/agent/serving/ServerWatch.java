package io.joulegram.agent.serving;

import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ScrapeException;
import io.joulegram.tokens.ServerTarget;
import io.joulegram.tokens.TokenServer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scrapes one server at absolute instants, on a thread of its own, and hands on what came of it. A server that does not
 * answer is tried less and less often.
 */
public final class ServerWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerWatch.class);

    private static final long MAX_BACKOFF_NANOS = 5_000_000_000L;

    private final TokenServer server;
    private final long intervalNanos;
    private final Consumer<ServerEvent> events;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, AtomicLong> errors = new ConcurrentHashMap<>();
    private final Thread thread;

    private volatile long inFlightSinceNanos = Long.MAX_VALUE;
    private volatile @Nullable EngineTraits traits;
    private volatile Set<String> models = Set.of();
    private volatile String lastError = "not scraped yet";

    private int failures;

    /** @param events called on the thread of this watch, in order */
    public ServerWatch(TokenServer server, Duration interval, Consumer<ServerEvent> events) {
        this.server = server;
        intervalNanos = interval.toNanos();
        this.events = events;
        thread = new Thread(this::run, "scraper-" + server.target().name());
        thread.setDaemon(true);
    }

    /** Begins to scrape. */
    public void start() {
        thread.start();
    }

    private void run() {
        long dueNanos = System.nanoTime();
        try {
            while (!closing.await(Math.max(0, dueNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                scrape();
                long now = System.nanoTime();
                long waitNanos = Math.min(MAX_BACKOFF_NANOS, intervalNanos << Math.min(failures, 16));
                dueNanos += Math.max(intervalNanos, failures < 2 ? 0 : waitNanos);
                if (dueNanos - now < 0) {
                    dueNanos += intervalNanos * (1 + (now - dueNanos) / intervalNanos);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void scrape() {
        inFlightSinceNanos = System.nanoTime();
        try {
            Scrape scrape = server.scrape();
            if (!lastError.isEmpty()) {
                LOG.info("{}: {} answers", target().name(), scrape.traits().engine());
            }
            traits = scrape.traits();
            models = scrape.models().stream()
                    .filter(ModelTokens::loaded)
                    .map(ModelTokens::model)
                    .collect(Collectors.toUnmodifiableSet());
            failures = 0;
            lastError = "";
            events.accept(new ServerEvent.Scraped(this, scrape));
        } catch (ScrapeException e) {
            failures++;
            errors.computeIfAbsent(e.reason().label(), key -> new AtomicLong()).incrementAndGet();
            String message = String.valueOf(e.getMessage());
            if (!message.equals(lastError)) {
                LOG.warn("{}: no token counters: {}", target().name(), message);
            }
            lastError = message;
            events.accept(new ServerEvent.Failed(this, System.nanoTime(), e));
        } finally {
            inFlightSinceNanos = Long.MAX_VALUE;
        }
    }

    /** What is scraped. */
    public ServerTarget target() {
        return server.target();
    }

    /** When the scrape that is under way began; {@link Long#MAX_VALUE} if none is. Any thread. */
    public long inFlightSinceNanos() {
        return inFlightSinceNanos;
    }

    /** What the counters mean; empty until the first scrape that worked. Any thread. */
    public Optional<EngineTraits> traits() {
        return Optional.ofNullable(traits);
    }

    /** The models that it had loaded at the last scrape that worked. Any thread. */
    public Set<String> models() {
        return models;
    }

    /** Why the last scrape failed; empty if it did not. Any thread. */
    public String lastError() {
        return lastError;
    }

    /** Failed scrapes by reason. Any thread. */
    public Map<String, Long> errors() {
        Map<String, Long> copy = new TreeMap<>();
        errors.forEach((reason, count) -> copy.put(reason, count.get()));
        return copy;
    }

    /** Ends after the scrape that is under way. */
    @Override
    public void close() {
        closing.countDown();
    }
}
