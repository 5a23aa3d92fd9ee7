package io.joulegram.power.estimate;

import io.joulegram.power.Domain;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.estimate.HostLoad.Socket;
import io.joulegram.power.estimate.HostLoad.Ticks;
import java.nio.file.Path;
import java.util.List;

/** The processors and the memory of this host, as the models see them, and how busy they are. Not thread-safe. */
public final class HostProcessors {
    private final HostLoad host;
    private final HostModels builtIn;
    private long lastBusy;
    private long lastTotal;

    HostProcessors(HostLoad host) {
        this.host = host;
        builtIn = new HostModels(host, CpuRatings.builtIn(), ModelConstants.NONE);
        utilization();
    }

    /**
     * Looks at this host.
     *
     * @param procfsRoot where procfs is mounted, {@code /proc}
     * @throws SourceUnavailableException if nothing tells of its processors
     */
    public static HostProcessors of(Path procfsRoot) throws SourceUnavailableException {
        HostLoad load;
        try {
            load = new OshiHostLoad(procfsRoot);
        } catch (RuntimeException | LinkageError e) {
            // OSHI does not say what it throws on a system that it does not know.
            throw new SourceUnavailableException("the load of the processors cannot be read: " + e, "");
        }
        if (load.sockets().isEmpty()) {
            throw new SourceUnavailableException("no processor can be seen", "");
        }
        return new HostProcessors(load);
    }

    /** The processor's name for itself; empty if unknown. */
    public String cpuName() {
        return host.cpuName();
    }

    /** How many packages there are, above 0. */
    public int packages() {
        return host.sockets().size();
    }

    /** How many logical processors there are, above 0. */
    public int threads() {
        return host.sockets().stream().mapToInt(Socket::threads).sum();
    }

    /** Memory in units of 2^30 bytes; 0 if unknown. */
    public double gigabytes() {
        return DramPowerModel.gigabytes(host.memoryBytes());
    }

    /** Memory that could be used without paging any out, in bytes; 0 if unknown. */
    public long availableBytes() {
        return host.availableBytes();
    }

    /** Whether this is a virtual machine that says so. */
    public boolean isVirtual() {
        return host.isVirtual();
    }

    /** Power at rest of all packages or all memory by the built-in models; 0 if the size of the memory is not known. */
    public double builtInIdleWatts(Domain domain) {
        return host.sockets().stream()
                .flatMap(socket -> builtIn.of(domain, socket).stream())
                .mapToDouble(model -> model.watts(0))
                .sum();
    }

    /** Utilization of all logical processors, 0 to 1, since the last call; 0 if no time has passed. */
    public double utilization() {
        List<Ticks> ticks = host.ticks();
        long busy = ticks.stream().mapToLong(Ticks::busy).sum();
        long total = ticks.stream().mapToLong(Ticks::total).sum();
        double utilization = total > lastTotal ? (double) (busy - lastBusy) / (total - lastTotal) : 0;
        lastBusy = busy;
        lastTotal = total;
        return Math.min(1, Math.max(0, utilization));
    }
}
