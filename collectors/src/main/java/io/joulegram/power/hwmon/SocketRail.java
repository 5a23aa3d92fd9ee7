package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonChip;
import io.joulegram.hwmon.HwmonSensor;
import io.joulegram.hwmon.HwmonSensor.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A meter of an NVIDIA Grace socket, by the ACPI power meter's {@code power1_oem_info}: {@code Module Power Socket 0}
 * contains {@code Grace Power Socket 0}, which contains {@code CPU} and {@code SysIO} and the memory, see NVIDIA's Grace
 * Performance Tuning Guide. On a superchip with a GPU the module contains that too.
 */
record SocketRail(String part, String socket, HwmonChip chip, HwmonSensor sensor) {
    private static final Pattern OEM_INFO = Pattern.compile("(Module|Grace|CPU|SysIO) Power Socket (\\d{1,3})");

    /** The sockets' meters. */
    static List<SocketRail> of(List<HwmonChip> chips) {
        List<SocketRail> found = new ArrayList<>();
        for (HwmonChip chip : chips) {
            Matcher matcher = OEM_INFO.matcher(chip.attribute("power1_oem_info").orElse(""));
            Optional<HwmonSensor> power = powerOf(chip);
            if (matcher.matches() && power.isPresent()) {
                found.add(new SocketRail(matcher.group(1), matcher.group(2), chip, power.get()));
            }
        }
        return List.copyOf(found);
    }

    /** The power of an ACPI power meter; empty if the chip is none. */
    static Optional<HwmonSensor> powerOf(HwmonChip chip) {
        return chip.name().equals("power_meter")
                ? chip.sensors(Kind.POWER).stream().findFirst()
                : Optional.empty();
    }

    /** The time over which an ACPI meter's values are means; 0 if it does not tell. */
    static long windowNanos(HwmonChip chip) {
        OptionalLong millis = chip.number("power1_average_interval");
        return millis.isPresent() && millis.getAsLong() <= 60_000
                ? Duration.ofMillis(millis.getAsLong()).toNanos()
                : 0;
    }

    /** The error that an ACPI meter claims for itself ({@code power1_accuracy}, such as 95.0%), else the default. */
    static double gainUncertaintyRatio(HwmonChip chip) {
        return chip.attribute("power1_accuracy")
                .filter(text -> text.matches("\\d{1,3}(\\.\\d{1,4})?%"))
                .map(text -> 1 - Double.parseDouble(text.substring(0, text.length() - 1)) / 100)
                .filter(error -> error > 0 && error < 1)
                .orElse(HwmonTree.GAIN_UNCERTAINTY_RATIO);
    }
}
