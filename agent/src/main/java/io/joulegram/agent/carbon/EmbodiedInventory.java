package io.joulegram.agent.carbon;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.host.Disk;
import io.joulegram.host.HostHardware;
import io.joulegram.host.HostInventory;
import io.joulegram.host.HostInventory.CpuPackage;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The devices of this host whose making is amortized. A footprint comes from the configuration, else from what is
 * published for the product, else from a model; a device that none of these covers is left out.
 *
 * <p>Immutable.
 */
public final class EmbodiedInventory {
    private final AgentConfig.Embodied settings;
    private final Optional<Integer> physicalGpus;
    private final HostInventory host;
    private final HostHardware hardware;
    private final List<Disk> disks;
    private final GpuFootprints gpus = GpuFootprints.load();
    private final HostFootprints hosts = HostFootprints.load();

    /**
     * @param host what the host is made of
     * @param hardware what its firmware tells of it
     * @param disks the disks in it
     */
    public EmbodiedInventory(AgentConfig config, HostInventory host, HostHardware hardware, List<Disk> disks) {
        this(
                config.embodied(),
                config.host().gpus().isPresent()
                        ? Optional.of(config.host().gpus().getAsInt())
                        : Optional.empty(),
                host,
                hardware,
                disks);
    }

    private EmbodiedInventory(
            AgentConfig.Embodied settings,
            Optional<Integer> physicalGpus,
            HostInventory host,
            HostHardware hardware,
            List<Disk> disks) {
        this.settings = settings;
        this.physicalGpus = physicalGpus;
        this.host = host;
        this.hardware = hardware;
        this.disks = List.copyOf(disks);
    }

    /**
     * The devices, in the order of component and device.
     *
     * @param seen the GPUs that were found
     */
    List<EmbodiedDevice> devices(Collection<GpuInfo> seen) {
        List<EmbodiedDevice> devices = new ArrayList<>();
        for (GpuInfo gpu : seen) {
            Optional<Footprint> built = gpus.find(gpu.name(), gpu.memoryTotalBytes(), gpu.defaultPowerLimitWatts());
            add(devices, Component.GPU, gpu.device(), built, 1);
        }
        double share = physicalGpus
                .map(count -> Math.min(1.0, seen.size() / (double) count))
                .orElse(1.0);
        List<CpuPackage> packages = packages();
        for (CpuPackage cpu : packages) {
            add(devices, Component.CPU, "" + cpu.socket(), Optional.of(hosts.processor(cpu.model())), share);
        }
        for (CpuPackage cpu : packages) {
            Optional<Footprint> memory = memoryBytes().isPresent()
                    ? Optional.of(hosts.memory(memoryBytes().getAsLong() / packages.size()))
                    : Optional.empty();
            add(devices, Component.DRAM, "" + cpu.socket(), memory, share);
        }
        if (!isRestConfigured()) {
            for (Disk disk : disks) {
                add(devices, Component.OTHER, disk.name(), Optional.of(hosts.disk(disk)), share);
            }
        }
        addRest(devices, packages, share);
        return devices;
    }

    /**
     * How fast the making of a device falls due, relative to a straight line over its life: 1 by time; by hours of use the
     * share of the time in which it works over the share that is expected, so that a life of the expected use pays for
     * the whole. Use that is not known is taken to be what is expected.
     */
    double amortizationFactor(EmbodiedDevice device, Utilization utilization) {
        if (settings.amortization() == AgentConfig.Embodied.Amortization.WALL_TIME) {
            return 1;
        }
        OptionalDouble used =
                device.component() == Component.GPU ? utilization.ofGpu(device.device()) : utilization.host();
        return used.orElse(settings.expectedUtilization()) / settings.expectedUtilization();
    }

    /** The same host, of whose hardware more is known. */
    EmbodiedInventory with(HostHardware known) {
        return new EmbodiedInventory(settings, physicalGpus, host, known, disks);
    }

    /**
     * What is left of the server. A part for which the configuration has a life of its own becomes a device of its own.
     */
    private void addRest(List<EmbodiedDevice> devices, List<CpuPackage> packages, double share) {
        double watts = packages.stream()
                .mapToDouble(cpu -> hosts.designWatts(cpu.model()))
                .sum();
        boolean controller = disks.stream().anyMatch(disk -> disk.name().startsWith("sd"));
        List<FootprintPart> parts = new ArrayList<>();
        for (FootprintPart part : ServerParts.of(watts, hardware.networkCards().orElse(1), controller)) {
            Optional<AgentConfig.Embodied.Footprint> override = override(Component.OTHER, part.name(), true);
            if (override.flatMap(AgentConfig.Embodied.Footprint::lifetime).isPresent()) {
                add(devices, Component.OTHER, part.name(), Optional.of(part.footprint()), share);
            } else {
                Footprint known =
                        override.flatMap(EmbodiedInventory::configured).orElse(part.footprint());
                parts.add(new FootprintPart(part.name(), known));
            }
        }
        double elsewhere = devices.stream()
                .filter(device -> device.component() != Component.GPU)
                .mapToDouble(device -> device.footprint().grams() / 1e3)
                .sum();
        // Of a host none of whose GPUs is seen nothing is counted, and so nothing stands elsewhere.
        double wholeElsewhere = share > 0 ? elsewhere / share : 0;
        Footprint rest = HostFootprints.rest(parts, wholeElsewhere, scarifKilograms(packages));
        add(devices, Component.OTHER, "0", Optional.of(rest), parts, share);
    }

    private OptionalDouble scarifKilograms(List<CpuPackage> packages) {
        int cores = 0;
        for (CpuPackage cpu : packages) {
            cores += hosts.cores(cpu.model()).orElse(0);
        }
        if (cores == 0 || hardware.vendor().isEmpty() || hardware.firmwareYear().isEmpty()) {
            return OptionalDouble.empty();
        }
        return new Scarif(
                        cores,
                        memoryBytes().orElse(0) / 1e9,
                        gigabytes(false),
                        gigabytes(true),
                        hardware.firmwareYear().getAsInt())
                .kilograms(hardware.vendor().get());
    }

    private double gigabytes(boolean rotating) {
        return disks.stream()
                .filter(disk -> disk.rotating() == rotating)
                .mapToDouble(disk -> disk.bytes() / 1e9)
                .sum();
    }

    /** What is installed, if the firmware told; else what the kernel manages, which is somewhat less. */
    private OptionalLong memoryBytes() {
        return hardware.memoryBytes().isPresent() ? hardware.memoryBytes() : host.memoryTotalBytes();
    }

    /** A figure for all that is other, given in the configuration, holds the disks too. */
    private boolean isRestConfigured() {
        return settings.overrides().stream()
                .anyMatch(entry -> entry.component() == Component.OTHER
                        && entry.device().isEmpty()
                        && entry.kg().isPresent());
    }

    /** Where the kernel does not tell packages apart, as on ARM, the processors are taken to be in one. */
    private List<CpuPackage> packages() {
        return host.packages().isEmpty() && host.logicalCpus() > 0
                ? List.of(new CpuPackage(0, Optional.empty(), host.logicalCpus()))
                : host.packages();
    }

    private void add(
            List<EmbodiedDevice> devices, Component component, String device, Optional<Footprint> built, double share) {
        add(devices, component, device, built, List.of(), share);
    }

    private void add(
            List<EmbodiedDevice> devices,
            Component component,
            String device,
            Optional<Footprint> built,
            List<FootprintPart> parts,
            double share) {
        Optional<AgentConfig.Embodied.Footprint> override = override(component, device, false);
        Map<Component, Duration> lifetimes = settings.lifetimes();
        Optional<Duration> lifetime = override.flatMap(AgentConfig.Embodied.Footprint::lifetime)
                .or(() -> Optional.ofNullable(lifetimes.get(component)));
        Optional<Footprint> configured = override.flatMap(EmbodiedInventory::configured);
        Optional<Footprint> footprint = configured.or(() -> built);
        if (footprint.isPresent() && lifetime.isPresent()) {
            List<FootprintPart> shared = configured.isPresent()
                    ? List.of()
                    : parts.stream()
                            .map(part -> new FootprintPart(
                                    part.name(), part.footprint().times(share)))
                            .toList();
            devices.add(new EmbodiedDevice(component, device, footprint.get().times(share), lifetime.get(), shared));
        }
    }

    /** @param named whether one for every device of the component does not count */
    private Optional<AgentConfig.Embodied.Footprint> override(Component component, String device, boolean named) {
        return settings.overrides().stream()
                .filter(entry -> entry.component() == component
                        && entry.device().map(device::equals).orElse(!named))
                .findFirst();
    }

    private static Optional<Footprint> configured(AgentConfig.Embodied.Footprint entry) {
        if (entry.kg().isEmpty()) {
            return Optional.empty();
        }
        double kilograms = entry.kg().getAsDouble();
        return Optional.of(Footprint.kilograms(
                entry.kgLow().orElse(kilograms), kilograms, entry.kgHigh().orElse(kilograms), "configuration"));
    }
}
