package io.joulegram.agent.carbon;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.host.Disk;
import io.joulegram.host.HostHardware;
import io.joulegram.host.HostInventory;
import io.joulegram.host.HostInventory.CpuPackage;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A server that need not exist: what its making emits and what its parts are designed to draw. Immutable. */
public final class HypotheticalMachine {
    private static final HostFootprints HOSTS = HostFootprints.load();
    private static final GpuFootprints GPUS = GpuFootprints.load();

    private final String processor;
    private final String gpu;
    private final List<EmbodiedDevice> devices;

    /**
     * Puts one together, with the built-in lifetimes.
     *
     * @param processor by a name of the catalogue
     * @param sockets how many of it, 1 or more
     * @param memoryGigabytes main memory
     * @param disks what is built in
     * @param gpu by a name of the catalogue; not looked at without GPUs
     * @param gpus how many of it
     * @throws IllegalArgumentException if a name is in no catalogue
     */
    public HypotheticalMachine(
            String processor, int sockets, double memoryGigabytes, List<Disk> disks, String gpu, int gpus) {
        if (HOSTS.cores(Optional.of(processor)).isEmpty()) {
            throw new IllegalArgumentException("\"" + processor + "\" is not in the catalogue of processors");
        }
        if (gpus > 0 && GPUS.find(gpu, 0, 0).isEmpty()) {
            throw new IllegalArgumentException("\"" + gpu + "\" is not in the catalogue of GPUs");
        }
        this.processor = processor;
        this.gpu = gpu;
        List<CpuPackage> packages = new ArrayList<>();
        for (int socket = 0; socket < sockets; socket++) {
            packages.add(new CpuPackage(socket, Optional.of(processor), 1));
        }
        HostInventory host = new HostInventory(
                packages, sockets, OptionalLong.of(Math.round(memoryGigabytes * 1e9)), Optional.empty());
        List<GpuInfo> infos = new ArrayList<>();
        for (int i = 0; i < gpus; i++) {
            infos.add(new GpuInfo("" + i, "", gpu, "", "", 0, 0));
        }
        devices = new EmbodiedInventory(AgentConfig.defaults(), host, HostHardware.UNKNOWN, disks).devices(infos);
    }

    /** Its devices. */
    public List<EmbodiedDevice> devices() {
        return devices;
    }

    /** What a device is designed to draw, in watts; 0 where that is in no catalogue. */
    public double designWatts(EmbodiedDevice device) {
        return switch (device.component()) {
            case GPU -> GPUS.designWatts(gpu);
            case CPU -> HOSTS.designWatts(Optional.of(processor));
            default -> 0;
        };
    }

    /** What all devices of a component are designed to draw, in watts. */
    public double designWatts(Component component) {
        return devices.stream()
                .filter(device -> device.component() == component)
                .mapToDouble(this::designWatts)
                .sum();
    }
}
