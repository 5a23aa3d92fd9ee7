package io.joulegram.agent.energy;

import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the families of power sources, each on a thread of its own so that a driver that hangs holds up no other, and
 * opens them again when all that a family gave is lost.
 *
 * <p>A family is a chain of providers, of which the first that works is used: RAPL, else an estimate.
 */
public final class SourceSupervisor implements AutoCloseable {
    /** Why a provider gave nothing, and what helps. */
    public record Unavailable(String reason, String fix) {}

    private static final Logger LOG = LoggerFactory.getLogger(SourceSupervisor.class);

    private static final long RETRY_MILLIS = 30_000;
    private static final long WATCH_MILLIS = 1_000;
    private static final long REOPEN_AFTER_NANOS = 10_000_000_000L;
    private static final long END_MILLIS = 2_000;

    private final EnergyBook book;
    private final List<List<PowerSourceProvider>> chains;
    private final Map<String, Unavailable> unavailable = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch firstAttempts;
    private final List<Thread> threads = new ArrayList<>();

    /** @param chains families, each a chain of providers of which the first that works is used */
    public SourceSupervisor(EnergyBook book, List<List<PowerSourceProvider>> chains) {
        this.book = book;
        this.chains = chains.stream().map(List::copyOf).toList();
        firstAttempts = new CountDownLatch(chains.size());
    }

    /** Begins to open the sources; returns at once. */
    public void start() {
        for (List<PowerSourceProvider> chain : chains) {
            Thread thread =
                    new Thread(() -> supervise(chain), "open-" + chain.get(0).name());
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** Waits until every family was tried once, but not longer than this. Returns whether all were. */
    public boolean awaitFirstAttempts(long timeoutMillis) throws InterruptedException {
        return firstAttempts.await(timeoutMillis, TimeUnit.MILLISECONDS);
    }

    /** Providers that gave nothing, by name. */
    public Map<String, Unavailable> unavailable() {
        return new TreeMap<>(unavailable);
    }

    private void supervise(List<PowerSourceProvider> chain) {
        boolean first = true;
        try {
            do {
                List<SourceSampler> samplers = openFirst(chain);
                if (first) {
                    firstAttempts.countDown();
                    first = false;
                }
                if (samplers.isEmpty()) {
                    pause(RETRY_MILLIS);
                } else {
                    watch(samplers);
                    close(samplers);
                }
            } while (closing.getCount() > 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<SourceSampler> openFirst(List<PowerSourceProvider> chain) {
        for (PowerSourceProvider provider : chain) {
            try {
                List<PowerSource> sources = provider.open();
                unavailable.remove(provider.name());
                return sources.stream().map(book::open).toList();
            } catch (SourceUnavailableException e) {
                note(provider, new Unavailable(String.valueOf(e.getMessage()), e.fix()));
            } catch (RuntimeException | LinkageError e) {
                // A driver library that is broken must not end the daemon; what it was goes to the log and the status.
                LOG.error("{}: cannot be opened", provider.name(), e);
                note(provider, new Unavailable("cannot be opened: " + e, ""));
            }
        }
        return List.of();
    }

    private void note(PowerSourceProvider provider, Unavailable now) {
        Unavailable before = unavailable.put(provider.name(), now);
        if (!now.equals(before)) {
            LOG.info("{}: not available: {}", provider.name(), now.reason());
        }
    }

    /** Returns when all samplers have been down for a while, or at the end. */
    private void watch(List<SourceSampler> samplers) throws InterruptedException {
        while (closing.getCount() > 0) {
            pause(WATCH_MILLIS);
            if (lost(samplers, System.nanoTime())) {
                LOG.info("{}: opening again", samplers.get(0).source().name());
                return;
            }
        }
    }

    /** Whether all that measures has been down for a while; an estimate never is, and counts only where it is alone. */
    static boolean lost(List<SourceSampler> samplers, long nowNanos) {
        return measured(samplers).stream()
                .allMatch(sampler -> !sampler.isHung()
                        && !sampler.downReason().isEmpty()
                        && nowNanos - sampler.downSinceNanos() > REOPEN_AFTER_NANOS);
    }

    private static List<SourceSampler> measured(List<SourceSampler> samplers) {
        List<SourceSampler> measured = samplers.stream()
                .filter(sampler ->
                        sampler.source().channels().stream().anyMatch(channel -> channel.sensor() != Sensor.ESTIMATE))
                .toList();
        return measured.isEmpty() ? samplers : measured;
    }

    private void close(List<SourceSampler> samplers) throws InterruptedException {
        samplers.forEach(book::close);
        for (SourceSampler sampler : samplers) {
            if (!sampler.awaitEnd(END_MILLIS)) {
                LOG.warn("{}: hangs; left behind", sampler.source().name());
            }
        }
    }

    private void pause(long millis) throws InterruptedException {
        if (closing.await(millis, TimeUnit.MILLISECONDS)) {
            LOG.debug("{}: ends", Thread.currentThread().getName());
        }
    }

    /** Stops all samplers and closes their sources; does not wait for one that hangs. */
    @Override
    public void close() {
        closing.countDown();
        try {
            for (Thread thread : threads) {
                thread.join(END_MILLIS + WATCH_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
