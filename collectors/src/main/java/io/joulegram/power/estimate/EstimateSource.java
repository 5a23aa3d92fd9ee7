package io.joulegram.power.estimate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.estimate.HostLoad.Ticks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Power of processors and memory by the models. A value is the mean since the one before it, at most one a second.
 */
final class EstimateSource implements PowerSource {
    static final String NAME = "estimate";

    /**
     * A little under a second, so that a sampler that is due every second is never turned away for being early by the
     * jitter of its wake-up.
     */
    static final long MIN_INTERVAL_NANOS = 900_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(EstimateSource.class);

    private static final long WINDOW_NANOS = 1_000_000_000;
    private static final double MILLIWATTS_PER_WATT = 1e3;
    private static final int LOAD_UNREADABLE = 1;

    private final HostLoad host;
    private final LongSupplier nanoTime;
    private final List<Part> parts;
    private final List<Channel> channels;

    private List<Ticks> lastTicks;
    private long lastNanos;

    /** A channel: the socket by its place in the host's list, and the model of its part of the domain. */
    private record Part(Domain domain, int socket, PowerModel model) {}

    /** @param domains what is estimated, of {@link Domain#CPU} and {@link Domain#DRAM} */
    EstimateSource(HostLoad host, HostModels models, Set<Domain> domains, LongSupplier nanoTime) {
        this.host = host;
        this.nanoTime = nanoTime;
        parts = Stream.of(Domain.CPU, Domain.DRAM)
                .filter(domains::contains)
                .flatMap(domain -> parts(domain, models).stream())
                .toList();
        channels = parts.stream().map(this::channel).toList();
        lastTicks = host.ticks();
        lastNanos = nanoTime.getAsLong();
        tell(models);
    }

    private void tell(HostModels models) {
        if (estimates(Domain.CPU)) {
            LOG.info(
                    "estimate: \"{}\" is {}, {} W of processors at full load",
                    host.cpuName(),
                    models.basis(),
                    fullLoadWatts(Domain.CPU));
        }
        if (estimates(Domain.DRAM)) {
            LOG.info("estimate: {} W of memory at full load", fullLoadWatts(Domain.DRAM));
        }
    }

    private boolean estimates(Domain domain) {
        return parts.stream().anyMatch(part -> part.domain() == domain);
    }

    private List<Part> parts(Domain domain, HostModels models) {
        List<Part> all = new ArrayList<>();
        for (int i = 0; i < host.sockets().size(); i++) {
            int socket = i;
            models.of(domain, host.sockets().get(i)).ifPresent(model -> all.add(new Part(domain, socket, model)));
        }
        return all;
    }

    private Channel channel(Part part) {
        return Channel.power(
                part.domain(),
                String.valueOf(host.sockets().get(part.socket()).socket()),
                Sensor.ESTIMATE,
                part.model().maxWatts(),
                WINDOW_NANOS,
                part.model().uncertaintyRatio());
    }

    private long fullLoadWatts(Domain domain) {
        return Math.round(parts.stream()
                .filter(part -> part.domain() == domain)
                .mapToDouble(part -> part.model().watts(1))
                .sum());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public void read(Readings readings) {
        long now = nanoTime.getAsLong();
        if (now - lastNanos < MIN_INTERVAL_NANOS) {
            return;
        }
        List<Ticks> ticks;
        try {
            ticks = host.ticks();
        } catch (RuntimeException e) {
            // OSHI does not say what it throws, and a sampler must not end by it.
            readings.allFailed(LOAD_UNREADABLE);
            return;
        }
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            Ticks before = lastTicks.get(part.socket());
            Ticks after = ticks.get(part.socket());
            long total = after.total() - before.total();
            if (total > 0) {
                double utilization = Math.min(1, Math.max(0, (double) (after.busy() - before.busy()) / total));
                readings.measured(i, now, milliwatts(part.model().watts(utilization)));
            }
        }
        lastTicks = ticks;
        lastNanos = now;
    }

    private static long milliwatts(double watts) {
        return Math.round(watts * MILLIWATTS_PER_WATT);
    }

    @Override
    public String errorName(int errorCode) {
        return errorCode == LOAD_UNREADABLE ? "LOAD_UNREADABLE" : "UNKNOWN";
    }

    @Override
    public void close() {
        // Holds nothing that is open.
    }
}
