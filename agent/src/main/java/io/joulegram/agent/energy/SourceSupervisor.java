package io.joulegram.agent.energy;

import io.joulegram.power.PowerSourceProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Opens the families of power sources, each on a thread of its own so that a driver that hangs holds up no other, and
 * opens them again when all that a family gave is lost.
 *
 * <p>A family is a chain of providers, of which the first that works is used: RAPL, else an estimate. Thread-safe.
 */
public final class SourceSupervisor implements AutoCloseable {
    /** Why a provider gave nothing, and what helps. */
    public record Unavailable(String reason, String fix) {}

    /**
     * What came of letting go of a family.
     *
     * @param until when it is opened again
     * @param held what of the driver is still in use, in words; empty if nothing is
     */
    public record Release(Instant until, List<String> held) {
        /** Copies the list. */
        public Release {
            held = List.copyOf(held);
        }
    }

    private static final Duration REDISCOVER = Duration.ofSeconds(30);

    private final List<SourceFamily> families;
    private final Map<String, Unavailable> unavailable = new ConcurrentHashMap<>();

    /** @param chains families, each a chain of providers of which the first that works is used */
    public SourceSupervisor(EnergyBook book, List<List<PowerSourceProvider>> chains) {
        this(book, chains, REDISCOVER);
    }

    /** @param rediscover how often it is looked for sources that were plugged in */
    SourceSupervisor(EnergyBook book, List<List<PowerSourceProvider>> chains, Duration rediscover) {
        families = chains.stream()
                .map(chain -> new SourceFamily(book, chain, unavailable, rediscover))
                .toList();
    }

    /** Begins to open the sources; returns at once. */
    public void start() {
        families.forEach(SourceFamily::start);
    }

    /** Waits until every family was tried once, but not longer than this. Returns whether all were. */
    public boolean awaitFirstAttempts(long timeoutMillis) throws InterruptedException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        for (SourceFamily family : families) {
            if (!family.attempted().await(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        return true;
    }

    /** Providers that gave nothing, by name. */
    public Map<String, Unavailable> unavailable() {
        return new TreeMap<>(unavailable);
    }

    /**
     * Lets go of a family, so that its driver can be unloaded, until the time is up or {@link #resume} is called. What
     * is used meanwhile is unobserved. Waits until the sources are closed, some 20 s at most.
     *
     * @param provider the name of one of its providers, {@code nvml}
     * @return empty if there is no such family
     */
    public Optional<Release> quiesce(String provider, Duration time) throws InterruptedException {
        Optional<SourceFamily> family = family(provider);
        return family.isEmpty() ? Optional.empty() : Optional.of(family.get().quiesce(time));
    }

    /**
     * Opens a family again that was let go of.
     *
     * @return whether it was quiet; empty if there is no such family
     */
    public Optional<Boolean> resume(String provider) {
        return family(provider).map(SourceFamily::resume);
    }

    private Optional<SourceFamily> family(String provider) {
        return families.stream().filter(family -> family.hasProvider(provider)).findFirst();
    }

    /** Stops all samplers and closes their sources; does not wait for one that hangs. */
    @Override
    public void close() {
        families.forEach(SourceFamily::close);
        try {
            for (SourceFamily family : families) {
                family.awaitEnd();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
