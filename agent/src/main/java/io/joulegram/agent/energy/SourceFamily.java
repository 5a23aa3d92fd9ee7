package io.joulegram.agent.energy;

import io.joulegram.agent.energy.SourceSupervisor.Release;
import io.joulegram.agent.energy.SourceSupervisor.Unavailable;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One family of power sources on a thread of its own: opens it, watches it, looks for what was plugged in since, opens
 * it again when all of it is lost, and lets go of it when it is told to.
 */
final class SourceFamily {
    private static final Logger LOG = LoggerFactory.getLogger(SourceFamily.class);

    private static final long RETRY_MILLIS = 30_000;
    private static final long WATCH_MILLIS = 1_000;
    private static final long LOST_AFTER_NANOS = 10_000_000_000L;
    private static final long END_MILLIS = 2_000;
    /** Opening takes about a second per GPU while the driver's persistence mode is off. */
    private static final long RELEASE_MILLIS = 20_000;

    private final EnergyBook book;
    private final List<PowerSourceProvider> chain;
    private final Map<String, Unavailable> unavailable;
    private final long rediscoverNanos;
    private final CountDownLatch attempted = new CountDownLatch(1);
    private final Thread thread;

    /** Threads that hang in a driver call; written by this family's thread. */
    private volatile List<SourceSampler> leftBehind = List.of();

    // guarded by this
    private boolean closing;
    private @Nullable Instant quietUntil;
    private boolean holding;

    /**
     * @param chain providers of which the first that works is used
     * @param unavailable takes why a provider gave nothing, by its name
     * @param rediscover how often it is looked for sources that were plugged in
     */
    SourceFamily(
            EnergyBook book,
            List<PowerSourceProvider> chain,
            Map<String, Unavailable> unavailable,
            Duration rediscover) {
        this.book = book;
        this.chain = List.copyOf(chain);
        this.unavailable = unavailable;
        rediscoverNanos = rediscover.toNanos();
        thread = new Thread(this::supervise, "open-" + this.chain.get(0).name());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Whether a provider of this name belongs to the family. */
    boolean hasProvider(String name) {
        return chain.stream().anyMatch(provider -> provider.name().equals(name));
    }

    /** Counts down when all providers were tried once. */
    CountDownLatch attempted() {
        return attempted;
    }

    /**
     * Closes all sources and opens none until then, and waits until that is done.
     *
     * @return whether nothing of the driver is held any more, and what is if not
     */
    Release quiesce(Duration time) throws InterruptedException {
        // Told in whole seconds, and never shorter than asked for.
        Instant until = Instant.now().plus(time).plusMillis(999).truncatedTo(ChronoUnit.SECONDS);
        long deadline = System.nanoTime() + RELEASE_MILLIS * 1_000_000;
        synchronized (this) {
            quietUntil = until;
            notifyAll();
            for (long left = RELEASE_MILLIS; holding && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
            if (holding) {
                return new Release(until, List.of("a driver call that opens or closes " + name() + " does not return"));
            }
        }
        List<String> held = new ArrayList<>();
        leftBehind.stream()
                .filter(SourceSampler::isRunning)
                .forEach(sampler -> held.add(sampler.source().name() + " hangs in a driver call"));
        chain.forEach(provider -> held.addAll(provider.heldAfterClose()));
        return new Release(until, held);
    }

    /** Opens the sources again at once. Returns whether the family was quiet. */
    synchronized boolean resume() {
        boolean quiet = quietUntil != null;
        quietUntil = null;
        notifyAll();
        return quiet;
    }

    /** Ends the thread and its samplers; {@link #awaitEnd} waits for it. */
    synchronized void close() {
        closing = true;
        notifyAll();
    }

    void awaitEnd() throws InterruptedException {
        thread.join(END_MILLIS + WATCH_MILLIS);
    }

    private String name() {
        return chain.get(0).name();
    }

    private void supervise() {
        try {
            while (awaitTurn()) {
                List<SourceSampler> samplers = new ArrayList<>();
                PowerSourceProvider provider = openFirst(samplers);
                attempted.countDown();
                if (provider == null) {
                    letGo();
                    pause(RETRY_MILLIS);
                } else {
                    watch(provider, samplers);
                    close(samplers);
                    letGo();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits while the family is to be quiet. Returns whether to open it, false at the end. */
    private synchronized boolean awaitTurn() throws InterruptedException {
        Instant noted = null;
        while (!closing && quietUntil != null) {
            long left = Instant.now().until(quietUntil, ChronoUnit.MILLIS);
            if (left <= 0) {
                quietUntil = null;
            } else {
                if (!quietUntil.equals(noted)) {
                    noted = quietUntil;
                    note(
                            chain.get(0),
                            new Unavailable("quiesced until " + noted, "`joulegram resume` ends it earlier"));
                }
                attempted.countDown();
                // Wall time, which may be set: looked at again and again.
                wait(Math.min(left, WATCH_MILLIS));
            }
        }
        holding = !closing;
        return holding;
    }

    private synchronized void letGo() {
        holding = false;
        notifyAll();
    }

    private @Nullable PowerSourceProvider openFirst(List<SourceSampler> samplers) {
        for (PowerSourceProvider provider : chain) {
            try {
                List<PowerSource> sources = provider.open();
                unavailable.remove(provider.name());
                sources.stream().map(book::open).forEach(samplers::add);
                return provider;
            } catch (SourceUnavailableException e) {
                note(provider, new Unavailable(String.valueOf(e.getMessage()), e.fix()));
            } catch (RuntimeException | LinkageError e) {
                // A driver library that is broken must not end the daemon; what it was goes to the log and the status.
                LOG.error("{}: cannot be opened", provider.name(), e);
                note(provider, new Unavailable("cannot be opened: " + e, ""));
            }
        }
        return null;
    }

    private void note(PowerSourceProvider provider, Unavailable now) {
        Unavailable before = unavailable.put(provider.name(), now);
        if (!now.equals(before)) {
            LOG.info("{}: not available: {}", provider.name(), now.reason());
        }
    }

    /** Returns when all samplers have been down for a while, when they are to be closed, or at the end. */
    private void watch(PowerSourceProvider provider, List<SourceSampler> samplers) throws InterruptedException {
        long lookedNanos = System.nanoTime();
        while (pause(WATCH_MILLIS)) {
            long now = System.nanoTime();
            if (lost(samplers, now)) {
                LOG.info("{}: opening again", samplers.get(0).source().name());
                return;
            }
            if (now - lookedNanos >= rediscoverNanos) {
                lookedNanos = now;
                rediscover(provider, samplers, now);
            }
        }
    }

    /** Whether all that measures has been down for a while; an estimate never is, and counts only where it is alone. */
    static boolean lost(List<SourceSampler> samplers, long nowNanos) {
        return measured(samplers).stream().allMatch(sampler -> isLost(sampler, nowNanos));
    }

    private static List<SourceSampler> measured(List<SourceSampler> samplers) {
        List<SourceSampler> measured = samplers.stream()
                .filter(sampler ->
                        sampler.source().channels().stream().anyMatch(channel -> channel.sensor() != Sensor.ESTIMATE))
                .toList();
        return measured.isEmpty() ? samplers : measured;
    }

    private static boolean isLost(SourceSampler sampler, long nowNanos) {
        return !sampler.isHung()
                && !sampler.downReason().isEmpty()
                && nowNanos - sampler.downSinceNanos() > LOST_AFTER_NANOS;
    }

    /** A source that is new is read from now on; one that came back under its name takes the place of the lost one. */
    private void rediscover(PowerSourceProvider provider, List<SourceSampler> samplers, long nowNanos)
            throws InterruptedException {
        if (samplers.stream().anyMatch(SourceSampler::isHung)) {
            // Whoever asks a driver that hangs is likely to hang as well.
            return;
        }
        Set<String> wellOff = samplers.stream()
                .filter(sampler -> !isLost(sampler, nowNanos))
                .map(sampler -> sampler.source().name())
                .collect(Collectors.toSet());
        List<PowerSource> found;
        try {
            found = provider.rediscover(wellOff);
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("{}: cannot be searched for new sources: {}", provider.name(), String.valueOf(e.getMessage()));
            return;
        }
        for (PowerSource source : found) {
            List<SourceSampler> replaced = samplers.stream()
                    .filter(sampler -> sampler.source().name().equals(source.name()))
                    .toList();
            close(replaced);
            samplers.removeAll(replaced);
            samplers.add(book.open(source));
            LOG.info("{}: {}", source.name(), replaced.isEmpty() ? "found" : "found again");
        }
    }

    private void close(List<SourceSampler> samplers) throws InterruptedException {
        samplers.forEach(book::close);
        List<SourceSampler> stuck = new ArrayList<>();
        long deadline = System.nanoTime() + END_MILLIS * 1_000_000;
        for (SourceSampler sampler : samplers) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (!sampler.awaitEnd(Math.max(1, left))) {
                LOG.warn("{}: hangs; left behind", sampler.source().name());
                stuck.add(sampler);
            }
        }
        leftBehind.stream().filter(SourceSampler::isRunning).forEach(stuck::add);
        leftBehind = List.copyOf(stuck);
    }

    /** Returns whether to go on: false, and early, when the sources are to be closed. */
    private synchronized boolean pause(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; left > 0 && !closing && quietUntil == null; ) {
            wait(left);
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
        return !closing && quietUntil == null;
    }
}
