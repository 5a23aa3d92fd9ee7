package io.joulegram.power.estimate;

import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Processor and memory power by a model, for hosts on which nothing measures it: CPU utilization as OSHI tells it
 * through the {@linkplain CpuPowerModel power curve} of the processor, and through that of {@linkplain DramPowerModel
 * memory} of this size. The one source is named {@code estimate}, as are its figures.
 *
 * <p>OSHI is loaded when the source is opened, not before. Thread-safe.
 */
public final class EstimateProvider implements PowerSourceProvider {
    private final Supplier<HostLoad> host;
    private final ModelConstants constants;
    private final Set<Domain> domains;

    /**
     * Estimates this host's power.
     *
     * @param procfsRoot where procfs is mounted, {@code /proc}; tells whether this is a virtual machine
     * @param constants what is known better than the built-in table has it
     */
    public EstimateProvider(Path procfsRoot, ModelConstants constants) {
        this(() -> new OshiHostLoad(procfsRoot), constants, Set.of(Domain.CPU, Domain.DRAM));
    }

    EstimateProvider(Supplier<HostLoad> host, ModelConstants constants, Set<Domain> domains) {
        this.host = host;
        this.constants = constants;
        this.domains = domains;
    }

    /** The same for memory alone. */
    public EstimateProvider ofDram() {
        return new EstimateProvider(host, constants, Set.of(Domain.DRAM));
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
        HostModels models = new HostModels(load, CpuRatings.builtIn(), constants);
        PowerSource source = new EstimateSource(load, models, domains, System::nanoTime);
        if (source.channels().isEmpty()) {
            throw new SourceUnavailableException("the size of the memory is not known", "");
        }
        return List.of(source);
    }
}
