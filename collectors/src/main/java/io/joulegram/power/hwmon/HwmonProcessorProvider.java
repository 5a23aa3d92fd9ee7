package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonChip;
import io.joulegram.hwmon.HwmonSensor;
import io.joulegram.hwmon.HwmonSensor.Kind;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Processors and memory that hwmon measures; to be used where RAPL gives nothing, since on AMD's parts both read the
 * same counters.
 *
 * <ul>
 *   <li>{@code amd_energy}: {@code Esocket<n>} is a package.
 *   <li>NVIDIA Grace: the Grace meter of a socket is {@code cpu}, memory included; CPU is {@code core} and SysIO {@code
 *       uncore} inside it. The module, which contains a GPU where there is one, is {@code gpu_module}.
 *   <li>{@code apm_xgene}: {@code CPU power} is a package.
 *   <li>Jetson: the rails of processor and memory.
 * </ul>
 *
 * <p>Thread-safe.
 */
public final class HwmonProcessorProvider implements PowerSourceProvider {
    private static final long FASTEST_NANOS = Duration.ofMillis(50).toNanos();

    /** Above any socket or module of 2026; only tells garbage from power. */
    private static final double MAX_WATTS = 5_000;

    private static final String SOCKET_COUNTER = "Esocket\\d{1,3}";

    private final Path sysfsRoot;

    /** @param sysfsRoot where sysfs is mounted, {@code /sys} */
    public HwmonProcessorProvider(Path sysfsRoot) {
        this.sysfsRoot = sysfsRoot;
    }

    @Override
    public String name() {
        return "hwmon_cpu";
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        HwmonTree tree = new HwmonTree(sysfsRoot);
        List<HwmonMeter> meters = new ArrayList<>();
        openSocketCounters(tree, meters);
        openGrace(tree, meters);
        openRails(tree, meters);
        if (meters.stream().noneMatch(meter -> meter.channel().domain() == Domain.CPU)) {
            HwmonTree.closeAll(meters);
            throw tree.nothing("processor that hwmon measures (amd_energy, NVIDIA Grace, apm_xgene, Jetson)");
        }
        tree.tellLeftOut();
        return List.of(new HwmonSource(name(), meters, FASTEST_NANOS));
    }

    private static void openSocketCounters(HwmonTree tree, List<HwmonMeter> meters) {
        for (HwmonChip chip : tree.chips()) {
            for (HwmonSensor sensor : chip.sensors()) {
                if (chip.name().equals("amd_energy")
                        && sensor.kind() == Kind.ENERGY
                        && sensor.label().matches(SOCKET_COUNTER)) {
                    String socket = sensor.label().substring("Esocket".length());
                    tree.open(meters, () -> HwmonMeter.open(energy(socket), sensor));
                } else if (chip.name().equals("apm_xgene") && sensor.label().equals("CPU power")) {
                    Channel channel = power(Domain.CPU, "0", 0, HwmonTree.GAIN_UNCERTAINTY_RATIO);
                    tree.open(meters, () -> HwmonMeter.open(channel, sensor));
                }
            }
        }
    }

    private static void openGrace(HwmonTree tree, List<HwmonMeter> meters) {
        List<SocketRail> rails = SocketRail.of(tree.chips());
        for (SocketRail rail : rails) {
            boolean whole = rails.stream()
                    .anyMatch(other ->
                            other.part().equals("Grace") && other.socket().equals(rail.socket()));
            Domain domain = switch (rail.part()) {
                case "Module" -> Domain.GPU_MODULE;
                case "Grace" -> Domain.CPU;
                case "CPU" -> whole ? Domain.CORE : Domain.CPU;
                default -> Domain.UNCORE;
            };
            Channel channel = power(
                    domain,
                    rail.socket(),
                    SocketRail.windowNanos(rail.chip()),
                    SocketRail.gainUncertaintyRatio(rail.chip()));
            if (!HwmonTree.has(meters, channel)) {
                tree.open(meters, () -> HwmonMeter.open(channel, rail.sensor()));
            }
        }
    }

    private static void openRails(HwmonTree tree, List<HwmonMeter> meters) {
        Rails rails = Rails.of(tree.chips());
        for (Domain domain : List.of(Domain.CPU, Domain.DRAM)) {
            Channel channel = power(domain, "0", 0, HwmonTree.GAIN_UNCERTAINTY_RATIO);
            rails.feeding(domain)
                    .filter(rail -> !HwmonTree.has(meters, channel))
                    .ifPresent(
                            rail -> tree.open(meters, () -> HwmonMeter.open(channel, rail.voltage(), rail.current())));
        }
    }

    private static Channel energy(String socket) {
        return Channel.energy(Domain.CPU, socket, Sensor.HWMON, 1, 0, MAX_WATTS, HwmonTree.GAIN_UNCERTAINTY_RATIO);
    }

    private static Channel power(Domain domain, String device, long windowNanos, double gainUncertaintyRatio) {
        return Channel.power(domain, device, Sensor.HWMON, MAX_WATTS, windowNanos, gainUncertaintyRatio);
    }
}
