package io.joulegram.power.rapl;

import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceClock;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.rapl.FoundCounters.Problem;
import io.joulegram.rapl.CpuModel;
import io.joulegram.rapl.RaplException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RAPL as a power source: the first way that gives the counter of a package is used for all domains, so that no domain
 * is ever read in two ways.
 *
 * <p>The one source is named after its way, {@code rapl_perf}, {@code rapl_powercap} or {@code rapl_msr}. Its channels
 * are packages ({@code cpu}), {@code dram}, {@code core}, {@code uncore} and the {@code platform}; the device is the
 * number of the socket, or {@code socket.die} on parts with a counter for each die. The {@code core} counter of AMD's
 * parts is left out: it is not that of a package.
 *
 * <p>Thread-safe.
 */
public final class RaplProvider implements PowerSourceProvider {
    /** The order in which ways are tried; registers come last because reading them takes the most privilege. */
    public static final List<RaplWay> DEFAULT_WAYS = List.of(RaplWay.PERF, RaplWay.POWERCAP, RaplWay.MSR);

    private static final Logger LOG = LoggerFactory.getLogger(RaplProvider.class);

    private final SourceClock clock;
    private final Path sysfsRoot;
    private final Path procfsRoot;
    private final Path devRoot;
    private final List<RaplWay> ways;

    /**
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @param procfsRoot where procfs is mounted, {@code /proc}; tells the processor's model
     * @param devRoot where the device files are, {@code /dev}
     * @param ways the ways that may be used, the preferred one first
     * @throws IllegalArgumentException if there is no way
     */
    public RaplProvider(Path sysfsRoot, Path procfsRoot, Path devRoot, List<RaplWay> ways) {
        this(sysfsRoot, procfsRoot, devRoot, ways, SourceClock.system());
    }

    /**
     * As above, with another clock.
     *
     * @param clock what readings are stamped with
     */
    public RaplProvider(Path sysfsRoot, Path procfsRoot, Path devRoot, List<RaplWay> ways, SourceClock clock) {
        this.clock = clock;
        if (ways.isEmpty()) {
            throw new IllegalArgumentException("no way to read RAPL is allowed");
        }
        this.sysfsRoot = sysfsRoot;
        this.procfsRoot = procfsRoot;
        this.devRoot = devRoot;
        this.ways = List.copyOf(ways);
    }

    @Override
    public String name() {
        return "rapl";
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        Optional<CpuModel> cpu = CpuModel.read(procfsRoot);
        RaplDiagnosis diagnosis =
                new RaplDiagnosis(sysfsRoot, cpu.map(CpuModel::hypervisor).orElse(false));
        for (RaplWay way : ways) {
            FoundCounters found = find(way, cpu);
            if (found.isUsable()) {
                tell(way, found.problems());
                return List.of(new RaplSource(way.sensor(), found.counters(), clock));
            }
            found.closeAll();
            diagnosis.failed(way, found.problems());
        }
        throw diagnosis.exception();
    }

    private FoundCounters find(RaplWay way, Optional<CpuModel> cpu) {
        boolean amd = cpu.map(CpuModel::isAmd).orElse(false);
        FoundCounters found = new FoundCounters();
        try {
            switch (way) {
                case PERF -> new PerfWay(sysfsRoot, amd).open(found);
                case POWERCAP -> new PowercapWay(sysfsRoot, amd).open(found);
                case MSR -> {
                    if (cpu.isPresent()) {
                        new MsrWay(devRoot, sysfsRoot, cpu.get()).open(found);
                    }
                }
            }
        } catch (RaplException e) {
            found.note(e);
        }
        return found;
    }

    private static void tell(RaplWay way, List<Problem> problems) {
        if (!problems.isEmpty()) {
            LOG.warn(
                    "{}: left out: {}",
                    way.sensor().label(),
                    problems.stream().map(Problem::text).collect(Collectors.joining(", ")));
        }
    }
}
