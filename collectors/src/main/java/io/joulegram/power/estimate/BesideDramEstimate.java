package io.joulegram.power.estimate;

import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceUnavailableException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider that measures processors, and beside it an estimate of memory where it measures none: AMD's processors
 * have no counter for memory, and on some Intel boards it is switched off. Thread-safe.
 */
public final class BesideDramEstimate implements PowerSourceProvider {
    private static final Logger LOG = LoggerFactory.getLogger(BesideDramEstimate.class);

    private final PowerSourceProvider measured;
    private final PowerSourceProvider dram;

    /**
     * @param measured measures processors
     * @param estimate estimates memory, among others
     */
    public BesideDramEstimate(PowerSourceProvider measured, EstimateProvider estimate) {
        this.measured = measured;
        dram = estimate.ofDram();
    }

    @Override
    public String name() {
        return measured.name();
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        List<PowerSource> sources = new ArrayList<>(measured.open());
        if (!tell(sources, Domain.DRAM)) {
            try {
                sources.addAll(dram.open());
            } catch (SourceUnavailableException e) {
                LOG.info("{}: memory is neither measured nor estimated: {}", name(), e.getMessage());
            }
        }
        return List.copyOf(sources);
    }

    private static boolean tell(List<PowerSource> sources, Domain domain) {
        return sources.stream()
                .flatMap(source -> source.channels().stream())
                .anyMatch(channel -> channel.domain() == domain);
    }
}
