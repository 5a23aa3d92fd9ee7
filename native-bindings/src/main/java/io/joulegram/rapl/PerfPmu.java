package io.joulegram.rapl;

import io.joulegram.posix.NativeBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The kernel's {@code power} PMU, {@code arch/x86/events/rapl.c}: RAPL counters that the kernel itself extends to 64
 * bits.
 *
 * @param type the PMU's number for {@code perf_event_attr.type}
 * @param cpus one logical processor for each package (on some parts, each die) that has counters; at least one
 * @param events the energy events with a known name; at least one
 */
public record PerfPmu(int type, List<Integer> cpus, List<PerfEnergyEvent> events) {
    private static final Map<RaplDomain, String> EVENT_NAMES = new EnumMap<>(Map.of(
            RaplDomain.PACKAGE, "energy-pkg",
            RaplDomain.CORE, "energy-cores",
            RaplDomain.UNCORE, "energy-gpu",
            RaplDomain.DRAM, "energy-ram",
            RaplDomain.PSYS, "energy-psys"));

    /** Copies the lists. */
    public PerfPmu {
        cpus = List.copyOf(cpus);
        events = List.copyOf(events);
    }

    /**
     * Finds the PMU. Opens no counter.
     *
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @throws RaplException {@link RaplException.Reason#ABSENT} if the kernel has no such PMU
     */
    public static PerfPmu discover(Path sysfsRoot) throws RaplException {
        Path directory = sysfsRoot.resolve("devices/power");
        int type = (int) SysfsAttribute.number(directory.resolve("type"), Integer.MAX_VALUE);
        Path cpumask = directory.resolve("cpumask");
        List<Integer> cpus = CpuList.read(cpumask);
        if (cpus.isEmpty()) {
            throw new RaplException(RaplException.Reason.ABSENT, cpumask + " names no processor");
        }
        List<PerfEnergyEvent> events = new ArrayList<>();
        for (Map.Entry<RaplDomain, String> entry : EVENT_NAMES.entrySet()) {
            Path file = directory.resolve("events").resolve(entry.getValue());
            if (Files.exists(file)) {
                events.add(PerfEnergyEvent.read(entry.getKey(), file));
            }
        }
        if (events.isEmpty()) {
            throw new RaplException(RaplException.Reason.ABSENT, "no energy event in " + directory.resolve("events"));
        }
        return new PerfPmu(type, cpus, events);
    }

    /**
     * Opens the counter of an event on a processor's package: energy since now, in counts of {@link
     * PerfEnergyEvent#joulesPerCount()}. The kernel follows the wraps of the hardware as long as the counter is read
     * at least once a minute.
     *
     * @throws RaplException if the kernel refuses; {@link RaplException.Reason#DENIED} without {@code CAP_PERFMON}
     *     (before Linux 5.8: {@code CAP_SYS_ADMIN}) while {@code kernel.perf_event_paranoid} is above 0
     */
    public EnergyCounter openCounter(PerfEnergyEvent event, int cpu) throws RaplException {
        NativeBuffer attributes = PerfEventAttr.counting(type, event.config());
        return PerfCounter.open(attributes, cpu, "event " + event.name() + " on cpu " + cpu);
    }
}
