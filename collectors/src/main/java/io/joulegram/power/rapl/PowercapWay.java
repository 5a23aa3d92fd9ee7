package io.joulegram.power.rapl;

import io.joulegram.rapl.EnergyCounter;
import io.joulegram.rapl.PowercapTree;
import io.joulegram.rapl.PowercapZone;
import io.joulegram.rapl.RaplDomain;
import io.joulegram.rapl.RaplException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the counters of the powercap class. */
final class PowercapWay {
    private static final Logger LOG = LoggerFactory.getLogger(PowercapWay.class);

    /** (2^32 - 1) x 61035 pJ, the range of most parts; a wrap at another range only looks like a reset. */
    private static final long USUAL_RANGE_MICROJOULES = 262_143_328_850L;

    private final Path sysfsRoot;
    private final boolean dropCores;

    /** @param dropCores leave out the {@code core} zones, whose values are not to be trusted on AMD's parts */
    PowercapWay(Path sysfsRoot, boolean dropCores) {
        this.sysfsRoot = sysfsRoot;
        this.dropCores = dropCores;
    }

    void open(FoundCounters found) throws RaplException {
        PowercapTree tree = PowercapTree.discover(sysfsRoot);
        tree.problems().forEach(found::note);
        for (PowercapZone zone : tree.zones()) {
            if (!dropCores || zone.domain() != RaplDomain.CORE) {
                Optional<EnergyCounter> counter = found.open(zone.energyFile().toString(), zone::openCounter);
                if (counter.isPresent()) {
                    found.add(describe(zone, counter.get()));
                }
            }
        }
        MirroredDies.drop(found.counters());
    }

    private static FoundCounter describe(PowercapZone zone, EnergyCounter counter) {
        if (zone.maxEnergyRangeMicrojoules().isEmpty()) {
            LOG.warn(
                    "{}: max_energy_range_uj cannot be read; taken to be the usual {}, so a wrap may be missed",
                    zone.directory(),
                    USUAL_RANGE_MICROJOULES);
        }
        return new FoundCounter(
                zone.domain(),
                zone.packageId(),
                zone.dieId(),
                counter,
                0,
                1,
                zone.maxEnergyRangeMicrojoules().orElse(USUAL_RANGE_MICROJOULES) + 1,
                DomainTraits.of(zone.domain()).maxWatts(zone.maxPowerMicrowatts()));
    }
}
