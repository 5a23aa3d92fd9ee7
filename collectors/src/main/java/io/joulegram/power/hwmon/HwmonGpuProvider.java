package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonChip;
import io.joulegram.hwmon.HwmonSensor;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * AMD and Intel GPUs by their drivers' hwmon chips, with the energy counters of AMD's library where it is installed, and the GPU rail of a Jetson, each a {@link
 * io.joulegram.power.GpuSource}.
 *
 * <p>Devices are {@code amd0}, {@code amd1} and {@code intel0}, numbered by PCI address, and {@code jetson0}, so that
 * they never have the label of an NVML index. A GPU inside a processor is left out: the package contains it.
 *
 * <p>Thread-safe.
 */
public final class HwmonGpuProvider implements PowerSourceProvider {
    private static final double MAX_RAIL_WATTS = 200;

    private final Path sysfsRoot;
    private final boolean amdSmiEnabled;
    private final Optional<Path> amdSmiLibrary;

    /**
     * Makes a provider; opens nothing yet.
     *
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @param amdSmiEnabled whether AMD's library is asked for energy counters, where there is an AMD GPU
     * @param amdSmiLibrary that library; where ROCm installs it if empty
     */
    public HwmonGpuProvider(Path sysfsRoot, boolean amdSmiEnabled, Optional<Path> amdSmiLibrary) {
        this.sysfsRoot = sysfsRoot;
        this.amdSmiEnabled = amdSmiEnabled;
        this.amdSmiLibrary = amdSmiLibrary;
    }

    @Override
    public String name() {
        return "hwmon_gpu";
    }

    @Override
    public List<PowerSource> open() throws SourceUnavailableException {
        HwmonTree tree = new HwmonTree(sysfsRoot);
        boolean amd = amdSmiEnabled
                && tree.chips().stream().anyMatch(chip -> chip.name().equals("amdgpu"));
        try (AmdCounters counters = amd ? AmdCounters.open(amdSmiLibrary) : AmdCounters.none()) {
            return open(tree, counters);
        }
    }

    private static List<PowerSource> open(HwmonTree tree, AmdCounters counters) throws SourceUnavailableException {
        List<PowerSource> sources = new ArrayList<>();
        Map<String, Integer> counts = new TreeMap<>();
        for (HwmonChip chip : tree.chips()) {
            Optional<HwmonSensor> sensor = HwmonGpu.boardSensor(chip);
            if (sensor.isPresent() && HwmonGpu.isInsideProcessor(chip)) {
                tree.leaveOut(
                        chip.deviceName() + " (" + chip.name() + ") is part of a processor, whose package contains it");
            } else if (sensor.isPresent()) {
                String vendor = chip.name().equals("amdgpu") ? "amd" : "intel";
                // Numbered whether it can be opened or not, so that a label stays with its GPU.
                int number = counts.merge(vendor, 1, Integer::sum) - 1;
                open(tree, new HwmonGpu(vendor + number, chip, sensor.get()), counters, sources);
            }
        }
        openRail(tree, sources);
        if (sources.isEmpty()) {
            throw tree.nothing("AMD, Intel or Jetson GPU");
        }
        tree.tellLeftOut();
        return List.copyOf(sources);
    }

    private static void open(HwmonTree tree, HwmonGpu gpu, AmdCounters counters, List<PowerSource> sources) {
        List<HwmonMeter> meters = new ArrayList<>();
        tree.open(meters, () -> HwmonMeter.open(gpu.channel(), gpu.sensor()));
        meters.forEach(meter -> sources.add(new HwmonGpuSource(
                gpu.info(), meter, gpu::telemetry, counters.take(gpu.chip().deviceName()))));
    }

    private static void openRail(HwmonTree tree, List<PowerSource> sources) {
        Rails.of(tree.chips()).feeding(Domain.GPU).ifPresent(rail -> {
            Channel channel = Channel.power(
                    Domain.GPU, "jetson0", Sensor.HWMON, MAX_RAIL_WATTS, 0, HwmonTree.GAIN_UNCERTAINTY_RATIO);
            List<HwmonMeter> meters = new ArrayList<>();
            tree.open(meters, () -> HwmonMeter.open(channel, rail.voltage(), rail.current()));
            GpuInfo info = new GpuInfo(
                    "jetson0", "rail-" + rail.name(), "NVIDIA Jetson (" + rail.name() + ")", "", "ina3221", 0, 0);
            meters.forEach(meter -> sources.add(new HwmonGpuSource(info, meter, HwmonGpuProvider::untold, null)));
        });
    }

    private static GpuTelemetry untold() {
        return new GpuTelemetry(
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                List.of());
    }
}
