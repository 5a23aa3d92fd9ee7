package io.joulegram.power.estimate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.estimate.HostLoad.Socket;
import io.joulegram.power.estimate.HostLoad.Ticks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
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
    private final List<CpuPowerModel> cpus;
    private final Optional<DramPowerModel> dramPerSocket;
    private final List<Channel> channels;

    private List<Ticks> lastTicks;
    private long lastNanos;

    EstimateSource(HostLoad host, CpuRatings ratings, LongSupplier nanoTime) {
        this.host = host;
        this.nanoTime = nanoTime;
        List<Socket> sockets = host.sockets();
        Optional<CpuRating> rating = ratings.find(host.cpuName());
        cpus = sockets.stream().map(socket -> model(rating, socket)).toList();
        dramPerSocket = host.memoryBytes() > 0
                ? Optional.of(new DramPowerModel(host.memoryBytes() / sockets.size()))
                : Optional.empty();
        channels = channels(sockets);
        lastTicks = host.ticks();
        lastNanos = nanoTime.getAsLong();
        LOG.info(
                "estimate: \"{}\" is {}, {} W in all at full load; {} W of memory",
                host.cpuName(),
                rating.isPresent() ? "known" : "not known, so rated by its threads",
                Math.round(cpus.stream().mapToDouble(CpuPowerModel::maxWatts).sum()),
                Math.round(dramPerSocket.map(DramPowerModel::watts).orElse(0.0) * sockets.size()));
    }

    private static CpuPowerModel model(Optional<CpuRating> rating, Socket socket) {
        return rating.map(known -> CpuPowerModel.of(known, socket.cores()))
                .orElseGet(() -> CpuPowerModel.ofUnknown(socket.threads()));
    }

    /** All processors, then all memory. */
    private List<Channel> channels(List<Socket> sockets) {
        List<Channel> all = new ArrayList<>();
        for (int i = 0; i < sockets.size(); i++) {
            CpuPowerModel model = cpus.get(i);
            all.add(channel(Domain.CPU, sockets.get(i), model.maxWatts(), model.uncertaintyRatio()));
        }
        dramPerSocket.ifPresent(dram -> sockets.forEach(
                socket -> all.add(channel(Domain.DRAM, socket, dram.maxWatts(), DramPowerModel.UNCERTAINTY_RATIO))));
        return List.copyOf(all);
    }

    private static Channel channel(Domain domain, Socket socket, double maxWatts, double uncertaintyRatio) {
        return Channel.power(
                domain, String.valueOf(socket.socket()), Sensor.ESTIMATE, maxWatts, WINDOW_NANOS, uncertaintyRatio);
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
        for (int i = 0; i < cpus.size(); i++) {
            long total = ticks.get(i).total() - lastTicks.get(i).total();
            long busy = ticks.get(i).busy() - lastTicks.get(i).busy();
            if (total > 0) {
                double utilization = Math.min(1, Math.max(0, (double) busy / total));
                readings.measured(i, now, milliwatts(cpus.get(i).watts(utilization)));
            }
        }
        for (int i = cpus.size(); i < channels.size(); i++) {
            readings.measured(
                    i, now, milliwatts(dramPerSocket.map(DramPowerModel::watts).orElseThrow()));
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
