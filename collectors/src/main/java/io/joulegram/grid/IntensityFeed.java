package io.joulegram.grid;

import io.joulegram.grid.IntensityException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The carbon intensity of one basis by time, from a chain of providers. At any instant it is the figure of the first
 * provider that has one for then; where none has, the last figure of the first that had one not too long ago; then the
 * fall-back.
 *
 * <p>Providers are asked on a thread of the feed. One that fails is asked again after 30 s, then after twice as long each
 * time up to an hour, or as long as it says itself. A provider is only asked while those before it have nothing for now.
 *
 * <p>Thread-safe.
 */
public final class IntensityFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IntensityFeed.class);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(30);
    private static final Duration FIRST_RETRY_UNAUTHORIZED = Duration.ofMinutes(5);
    private static final Duration LAST_RETRY = Duration.ofHours(1);
    private static final Duration KEPT = Duration.ofDays(2);
    private static final int MAX_FIGURES = 5_000;
    private static final int MAX_DOUBLINGS = 10;
    private static final double JITTER = 0.1;
    private static final long JOIN_MILLIS = 1_000;

    /** A provider, what it told, and when it is asked next. */
    private static final class Link {
        final IntensityProvider provider;
        volatile NavigableMap<Instant, GridIntensity> figures = new TreeMap<>();
        Instant nextAsk = Instant.MIN;
        int failures;
        boolean gone;

        Link(IntensityProvider provider) {
            this.provider = provider;
        }

        Optional<GridIntensity> at(Instant instant) {
            return newestUntil(instant).filter(figure -> instant.isBefore(figure.until()));
        }

        Optional<GridIntensity> newestUntil(Instant instant) {
            return Optional.ofNullable(figures.floorEntry(instant)).map(Map.Entry::getValue);
        }
    }

    private final String what;
    private final List<Link> links;
    private final Optional<GridIntensity> fallback;
    private final Duration maxAge;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Thread thread;
    private final CountDownLatch asked = new CountDownLatch(1);
    private volatile boolean stopping;

    /**
     * @param what the basis, for logs and the name of the thread
     * @param providers best first
     * @param fallback where none of them has a figure
     * @param maxAge how long after its end a provider's last figure is still used
     */
    public IntensityFeed(
            String what,
            List<IntensityProvider> providers,
            Optional<GridIntensity> fallback,
            Duration maxAge,
            InstantSource clock,
            RandomGenerator random) {
        this.what = what;
        links = providers.stream().map(Link::new).toList();
        this.fallback = fallback;
        this.maxAge = maxAge;
        this.clock = clock;
        this.random = random;
        thread = new Thread(this::run, "grid-" + what);
        thread.setDaemon(true);
    }

    /** One figure at all times, and no thread. */
    public static IntensityFeed constant(String what, GridIntensity figure) {
        return new IntensityFeed(
                what, List.of(), Optional.of(figure), Duration.ZERO, InstantSource.system(), new SplittableRandom());
    }

    /** Begins to ask the providers; does nothing if there are none. */
    public void start() {
        if (!links.isEmpty()) {
            thread.start();
        }
    }

    /** Waits until the providers were asked for the first time, but not longer than this; for who has started the feed. */
    public void awaitFirst(Duration patience) {
        try {
            if (!links.isEmpty() && !asked.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("{} intensities are not here yet", what);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The figure in force at an instant; empty if there is none. Cheap. */
    public Optional<GridIntensity> at(Instant instant) {
        for (Link link : links) {
            Optional<GridIntensity> figure = link.at(instant);
            if (figure.isPresent()) {
                return figure;
            }
        }
        for (Link link : links) {
            Optional<GridIntensity> last = link.newestUntil(instant);
            if (last.isPresent() && instant.isBefore(last.get().until().plus(maxAge))) {
                return last;
            }
        }
        return fallback;
    }

    /** The first instant after this one at which another figure may be in force; empty if none is known. Cheap. */
    public Optional<Instant> nextChangeAfter(Instant instant) {
        return links.stream()
                .flatMap(link -> Stream.concat(
                        Stream.ofNullable(link.figures.higherKey(instant)),
                        link.newestUntil(instant).stream()
                                .flatMap(figure ->
                                        Stream.of(figure.until(), figure.until().plus(maxAge)))))
                .filter(change -> change.isAfter(instant))
                .min(Instant::compareTo);
    }

    private void run() {
        while (!stopping) {
            Instant next = ask();
            asked.countDown();
            long millis = Duration.between(clock.instant(), next).toMillis();
            try {
                Thread.sleep(Math.max(1_000, Math.min(millis, 60_000)));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Asks who is due, and waits for it; for who has not started the feed. Says when the next one is due. */
    public Instant ask() {
        Instant now = clock.instant();
        Instant next = now.plus(LAST_RETRY);
        for (Link link : links) {
            if (link.gone) {
                continue;
            }
            if (!link.nextAsk.isAfter(now)) {
                ask(link, now);
            }
            next = link.nextAsk.isBefore(next) ? link.nextAsk : next;
            if (link.at(now).isPresent()) {
                break;
            }
        }
        return next;
    }

    private void ask(Link link, Instant now) {
        String name = link.provider.name();
        try {
            keep(link, link.provider.fetch(now), now);
            if (link.failures > 0) {
                LOG.info("{}: gives {} intensities again", name, what);
            }
            link.failures = 0;
            link.nextAsk = now.plus(jittered(link.provider.pollInterval()));
        } catch (IntensityException e) {
            noteFailure(link, e.reason(), e.getMessage(), e.retryAfter(), now);
        } catch (RuntimeException e) {
            LOG.error("{}: failed", name, e);
            noteFailure(link, Reason.MALFORMED, e.toString(), Optional.empty(), now);
        }
    }

    private static void keep(Link link, List<GridIntensity> figures, Instant now) {
        NavigableMap<Instant, GridIntensity> kept = new TreeMap<>(link.figures.tailMap(now.minus(KEPT), true));
        for (GridIntensity figure : figures) {
            kept.put(figure.from(), figure);
        }
        while (kept.size() > MAX_FIGURES) {
            kept.pollLastEntry();
        }
        link.figures = kept;
    }

    private void noteFailure(
            Link link, Reason reason, @Nullable String message, Optional<Duration> retryAfter, Instant now) {
        if (link.failures == 0) {
            LOG.warn(
                    "{} ({}); the last figures are used for {}, then what comes after it",
                    message,
                    reason.label(),
                    maxAge);
        }
        link.failures++;
        link.gone = reason == Reason.GONE;
        Duration first = reason == Reason.UNAUTHORIZED ? FIRST_RETRY_UNAUTHORIZED : FIRST_RETRY;
        Duration doubled = first.multipliedBy(1L << Math.min(link.failures - 1, MAX_DOUBLINGS));
        Duration wait = doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY;
        Duration asked = retryAfter.orElse(Duration.ZERO);
        link.nextAsk = now.plus(asked.compareTo(wait) > 0 ? asked : jittered(wait));
    }

    private Duration jittered(Duration duration) {
        return duration.plusMillis((long) (duration.toMillis() * JITTER * random.nextDouble()));
    }

    /** The names of the providers, best first. */
    public List<String> providers() {
        List<String> names = new ArrayList<>();
        links.forEach(link -> names.add(link.provider.name()));
        return names;
    }

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
