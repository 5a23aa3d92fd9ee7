package io.joulegram.power.estimate;

import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceUnavailableException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Processor and memory power by a model, for hosts on which nothing measures it: CPU utilization as OSHI tells it
 * through the {@linkplain CpuPowerModel power curve} of the processor, and memory by its {@linkplain DramPowerModel
 * size}. The one source is named {@code estimate}, as are its figures.
 *
 * <p>OSHI is loaded when the source is opened, not before. Thread-safe.
 */
public final class EstimateProvider implements PowerSourceProvider {
    private final Supplier<HostLoad> host;

    /** Estimates this host's power. */
    public EstimateProvider() {
        this(OshiHostLoad::new);
    }

    EstimateProvider(Supplier<HostLoad> host) {
        this.host = host;
    }

    @Override
    public String name() {
        return EstimateSource.NAME;
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        HostLoad load;
        try {
            load = host.get();
        } catch (RuntimeException | LinkageError e) {
            // OSHI does not say what it throws on a system that it does not know.
            throw new SourceUnavailableException("the load of the processors cannot be read: " + e, "");
        }
        if (load.sockets().isEmpty()) {
            throw new SourceUnavailableException("no processor can be seen", "");
        }
        return List.of(new EstimateSource(load, CpuRatings.builtIn(), System::nanoTime));
    }
}
