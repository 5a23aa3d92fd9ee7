package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonChip;
import io.joulegram.hwmon.HwmonSensor;
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
import java.util.Optional;

/**
 * Meters of a whole server or module, as {@code platform}: ACPI power meters that are not those of a Grace socket, with
 * the devices {@code acpi0}, {@code acpi1}, and the input rail of a Jetson, device {@code vdd_in}. None of them counts
 * towards the host's total, since they contain what others measure.
 *
 * <p>Thread-safe.
 */
public final class HwmonPlatformProvider implements PowerSourceProvider {
    /** An ACPI meter asks firmware, often the BMC, which has a new value about once a second. */
    private static final long FASTEST_NANOS = Duration.ofMillis(500).toNanos();

    /** Above any server; only tells garbage from power. */
    private static final double MAX_WATTS = 50_000;

    private final Path sysfsRoot;

    /** @param sysfsRoot where sysfs is mounted, {@code /sys} */
    public HwmonPlatformProvider(Path sysfsRoot) {
        this.sysfsRoot = sysfsRoot;
    }

    @Override
    public String name() {
        return "hwmon_platform";
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        HwmonTree tree = new HwmonTree(sysfsRoot);
        List<HwmonMeter> meters = new ArrayList<>();
        List<HwmonChip> ofSockets =
                SocketRail.of(tree.chips()).stream().map(SocketRail::chip).toList();
        for (HwmonChip chip : tree.chips()) {
            Optional<HwmonSensor> power = SocketRail.powerOf(chip);
            if (power.isPresent() && !ofSockets.contains(chip)) {
                Channel channel = channel(
                        "acpi" + meters.size(), SocketRail.windowNanos(chip), SocketRail.gainUncertaintyRatio(chip));
                tree.open(meters, () -> HwmonMeter.open(channel, power.get()));
            }
        }
        Rails.of(tree.chips()).feeding(Domain.PLATFORM).ifPresent(rail -> {
            Channel channel = channel("vdd_in", 0, HwmonTree.GAIN_UNCERTAINTY_RATIO);
            tree.open(meters, () -> HwmonMeter.open(channel, rail.voltage(), rail.current()));
        });
        if (meters.isEmpty()) {
            throw tree.nothing("meter of the whole server (ACPI power_meter, Jetson VDD_IN)");
        }
        tree.tellLeftOut();
        return List.of(new HwmonSource(name(), meters, FASTEST_NANOS));
    }

    private static Channel channel(String device, long windowNanos, double gainUncertaintyRatio) {
        return Channel.power(Domain.PLATFORM, device, Sensor.HWMON, MAX_WATTS, windowNanos, gainUncertaintyRatio);
    }
}
