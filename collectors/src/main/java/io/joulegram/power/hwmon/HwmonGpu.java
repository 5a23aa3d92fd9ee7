package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonChip;
import io.joulegram.hwmon.HwmonSensor;
import io.joulegram.hwmon.HwmonSensor.Kind;
import io.joulegram.posix.PosixException;
import io.joulegram.posix.TextFile;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.Sensor;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * A GPU as its driver shows it in hwmon: {@code amdgpu} tells power, {@code i915} and {@code xe} an energy counter that
 * the driver has widened to 64 bits.
 *
 * @param device the {@code device} label
 * @param chip the chip
 * @param sensor the one sensor of the whole board
 */
record HwmonGpu(String device, HwmonChip chip, HwmonSensor sensor) {
    private static final double MICRO = 1e6;
    private static final double MILLI = 1e3;
    private static final double PERCENT = 100;

    /** Above any board of 2026; used where the driver names no limit, only to tell garbage from power. */
    private static final double MAX_WATTS = 5_000;

    private static final List<String> LIMITS =
            List.of("power1_cap_max", "power1_crit", "power1_rated_max", "power1_max", "power1_cap");
    private static final List<String> SHIPPED_LIMITS = List.of("power1_cap_default", "power1_rated_max");
    private static final List<String> LIMITS_IN_FORCE = List.of("power1_cap", "power1_max");

    /**
     * The sensor of the whole board; empty if the chip is not that of a GPU with one. Of an Intel GPU with both, {@code
     * card} contains {@code pkg}.
     */
    static Optional<HwmonSensor> boardSensor(HwmonChip chip) {
        return switch (chip.name()) {
            case "amdgpu" -> first(chip, Kind.POWER, sensor -> sensor.index() == 1);
            case "i915", "xe" -> {
                Optional<HwmonSensor> card =
                        first(chip, Kind.ENERGY, sensor -> sensor.label().equals("card"));
                yield card.isPresent() ? card : first(chip, Kind.ENERGY, sensor -> true);
            }
            default -> Optional.empty();
        };
    }

    /**
     * Whether it is part of a processor, whose package counter contains it: only such parts have the voltage {@code
     * vddnb}, see {@code hwmon_attributes_visible} in the kernel's {@code amdgpu_pm.c}.
     */
    static boolean isInsideProcessor(HwmonChip chip) {
        return chip.sensors(Kind.VOLTAGE).stream()
                .anyMatch(sensor -> sensor.label().equals("vddnb"));
    }

    private static Optional<HwmonSensor> first(HwmonChip chip, Kind kind, Predicate<HwmonSensor> condition) {
        return chip.sensors(kind).stream().filter(condition).min(Comparator.comparingInt(HwmonSensor::index));
    }

    /** Its channel. */
    Channel channel() {
        OptionalDouble limit = firstWatts(LIMITS);
        double maxWatts = limit.orElse(MAX_WATTS);
        return sensor.kind() == Kind.ENERGY
                ? Channel.energy(Domain.GPU, device, Sensor.HWMON, 1, 0, maxWatts, HwmonTree.GAIN_UNCERTAINTY_RATIO)
                : Channel.power(Domain.GPU, device, Sensor.HWMON, maxWatts, 0, HwmonTree.GAIN_UNCERTAINTY_RATIO);
    }

    /** Who it is. */
    GpuInfo info() {
        String uuid = deviceText("unique_id").map(id -> "GPU-" + id).orElse("pci-" + chip.deviceName());
        String vendor = chip.name().equals("amdgpu") ? "AMD" : "Intel";
        String name = deviceText("product_name")
                .orElseGet(() -> vendor + " GPU " + deviceText("device").orElse("of unknown model"));
        return new GpuInfo(
                device,
                uuid,
                name,
                chip.deviceName(),
                chip.name(),
                deviceNumber("mem_info_vram_total").orElse(0),
                firstWatts(SHIPPED_LIMITS).orElse(0));
    }

    /** How it does now. */
    GpuTelemetry telemetry() {
        OptionalLong busy = deviceNumber("gpu_busy_percent");
        return new GpuTelemetry(
                busy.isPresent() && busy.getAsLong() <= PERCENT
                        ? OptionalDouble.of(busy.getAsLong() / PERCENT)
                        : OptionalDouble.empty(),
                deviceNumber("mem_info_vram_used"),
                deviceNumber("mem_info_vram_total"),
                scaled(chip.number("temp1_input"), MILLI),
                scaled(chip.number("freq1_input"), 1),
                firstWatts(LIMITS_IN_FORCE),
                OptionalLong.empty(),
                List.of());
    }

    private OptionalDouble firstWatts(List<String> attributes) {
        return attributes.stream()
                .map(chip::number)
                .filter(value -> value.isPresent() && value.getAsLong() > 0)
                .map(value -> scaled(value, MICRO))
                .findFirst()
                .orElseGet(OptionalDouble::empty);
    }

    private static OptionalDouble scaled(OptionalLong value, double divisor) {
        return value.isPresent() ? OptionalDouble.of(value.getAsLong() / divisor) : OptionalDouble.empty();
    }

    private OptionalLong deviceNumber(String attribute) {
        return deviceText(attribute)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElseGet(OptionalLong::empty);
    }

    /** A short printable text of the PCI device. */
    private Optional<String> deviceText(String attribute) {
        Path file = chip.directory().resolve("device").resolve(attribute);
        try {
            return Optional.of(TextFile.read(file)).filter(text -> text.matches("[\\x20-\\x7e]{1,100}"));
        } catch (PosixException e) {
            return Optional.empty();
        }
    }
}
