package io.joulegram.agent.carbon;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.host.Disk;
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
    private final List<Disk> disks;
    private final GpuFootprints gpus = GpuFootprints.load();
    private final HostFootprints hosts = HostFootprints.load();

    /**
     * @param host what the host is made of
     * @param disks the disks in it
     */
    public EmbodiedInventory(AgentConfig config, HostInventory host, List<Disk> disks) {
        settings = config.embodied();
        physicalGpus = config.host().gpus().isPresent()
                ? Optional.of(config.host().gpus().getAsInt())
                : Optional.empty();
        this.host = host;
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
            Optional<Footprint> memory = host.memoryTotalBytes().isPresent()
                    ? Optional.of(hosts.memory(host.memoryTotalBytes().getAsLong() / packages.size()))
                    : Optional.empty();
            add(devices, Component.DRAM, "" + cpu.socket(), memory, share);
        }
        add(devices, Component.OTHER, "0", Optional.of(hosts.rest()), share);
        if (!isRestConfigured()) {
            for (Disk disk : disks) {
                add(devices, Component.OTHER, disk.name(), Optional.of(hosts.disk(disk)), share);
            }
        }
        return devices;
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
        Optional<AgentConfig.Embodied.Footprint> override = settings.overrides().stream()
                .filter(entry -> entry.component() == component
                        && entry.device().map(device::equals).orElse(true))
                .findFirst();
        Map<Component, Duration> lifetimes = settings.lifetimes();
        Optional<Duration> lifetime = override.flatMap(AgentConfig.Embodied.Footprint::lifetime)
                .or(() -> Optional.ofNullable(lifetimes.get(component)));
        Optional<Footprint> footprint =
                override.flatMap(EmbodiedInventory::configured).or(() -> built);
        if (footprint.isPresent() && lifetime.isPresent()) {
            devices.add(new EmbodiedDevice(component, device, footprint.get().times(share), lifetime.get()));
        }
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
