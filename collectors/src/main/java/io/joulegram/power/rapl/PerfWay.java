package io.joulegram.power.rapl;

import io.joulegram.rapl.CpuPlace;
import io.joulegram.rapl.EnergyCounter;
import io.joulegram.rapl.PerfEnergyEvent;
import io.joulegram.rapl.PerfPmu;
import io.joulegram.rapl.RaplDomain;
import io.joulegram.rapl.RaplException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Opens the counters of the kernel's {@code power} PMU. */
final class PerfWay {
    private static final double MICROJOULES_PER_JOULE = 1e6;

    private final Path sysfsRoot;
    private final boolean packageOnly;

    /** @param packageOnly leave out all but packages: kernels before 5.17 list events that AMD's parts do not have */
    PerfWay(Path sysfsRoot, boolean packageOnly) {
        this.sysfsRoot = sysfsRoot;
        this.packageOnly = packageOnly;
    }

    void open(FoundCounters found) throws RaplException {
        PerfPmu pmu = PerfPmu.discover(sysfsRoot);
        for (PerfEnergyEvent event : pmu.events()) {
            if (!packageOnly || event.domain() == RaplDomain.PACKAGE) {
                open(pmu, event, found);
            }
        }
    }

    private void open(PerfPmu pmu, PerfEnergyEvent event, FoundCounters found) throws RaplException {
        // There is one platform, however many packages tell of it.
        List<Integer> cpus = event.domain() == RaplDomain.PSYS ? pmu.cpus().subList(0, 1) : pmu.cpus();
        for (int cpu : cpus) {
            CpuPlace place = CpuPlace.of(sysfsRoot, cpu);
            Optional<EnergyCounter> counter =
                    found.open(event.name() + " on cpu " + cpu, () -> pmu.openCounter(event, cpu));
            if (counter.isPresent()) {
                found.add(describe(event, place, counter.get()));
            }
        }
    }

    /**
     * A count of 2^-32 J is four thousand times finer than a microjoule, and makes 64 bits overflow within months. What
     * is finer than a microjoule is shifted out.
     */
    private static FoundCounter describe(PerfEnergyEvent event, CpuPlace place, EnergyCounter counter) {
        double microjoulesPerCount = event.joulesPerCount() * MICROJOULES_PER_JOULE;
        int discardedBits = Math.max(0, Math.getExponent(1 / microjoulesPerCount));
        boolean platform = event.domain() == RaplDomain.PSYS;
        return new FoundCounter(
                event.domain(),
                place.packageId(),
                platform ? OptionalInt.empty() : place.dieId(),
                counter,
                discardedBits,
                Math.scalb(microjoulesPerCount, discardedBits),
                discardedBits == 0 ? 0 : 1L << (Long.SIZE - discardedBits),
                DomainTraits.of(event.domain()).maxWatts(OptionalLong.empty()));
    }
}
