package io.joulegram.hwmon;

import io.joulegram.hwmon.HwmonSensor.Kind;
import io.joulegram.posix.PosixException;
import io.joulegram.posix.TextFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chip of the hwmon class. Its number is the order of registration and says nothing; its name and its device do.
 *
 * @param directory where its attributes are
 * @param name what its {@code name} file says, such as {@code amdgpu}
 * @param deviceName name of the device that it belongs to, such as the PCI address {@code 0000:03:00.0}; empty if it
 *     belongs to none
 * @param sensors its sensors that are switched on, by kind and number
 */
public record HwmonChip(Path directory, String name, String deviceName, List<HwmonSensor> sensors) {
    /** Far above any chip. */
    private static final int MAX_SENSORS = 256;

    /** The ACPI power meter and chips of old drivers have their attributes at the device, not at the hwmon child. */
    private static final String DEVICE = "device";

    private static final Pattern VALUE =
            Pattern.compile("(?:(energy|in|curr)(\\d{1,4})_input|(power)(\\d{1,4})_(input|average))");

    /** Copies the list. */
    public HwmonChip {
        sensors = List.copyOf(sensors);
    }

    /** The chip at a directory of the class; empty if it has no name, as one that is being removed. */
    static Optional<HwmonChip> at(Path hwmon) {
        Optional<String> name = text(hwmon.resolve("name"));
        Path directory = hwmon;
        if (name.isEmpty()) {
            directory = hwmon.resolve(DEVICE);
            name = text(directory.resolve("name"));
        }
        if (name.isEmpty()) {
            return Optional.empty();
        }
        List<HwmonSensor> sensors = sensors(directory);
        if (sensors.isEmpty() && directory.equals(hwmon)) {
            directory = hwmon.resolve(DEVICE);
            sensors = sensors(directory);
        }
        return Optional.of(new HwmonChip(directory, name.get(), deviceName(hwmon), sensors));
    }

    /** The sensors of a kind. */
    public List<HwmonSensor> sensors(Kind kind) {
        return sensors.stream().filter(sensor -> sensor.kind() == kind).toList();
    }

    /** A text beside the sensors, such as {@code power1_oem_info}; empty if it is absent, unreadable or blank. */
    public Optional<String> attribute(String attribute) {
        return text(directory.resolve(attribute));
    }

    /** A whole number of 0 or more beside the sensors, such as {@code power1_cap}; empty if there is none. */
    public OptionalLong number(String attribute) {
        return attribute(attribute)
                .filter(text -> text.matches("\\d{1,18}"))
                .map(text -> OptionalLong.of(Long.parseLong(text)))
                .orElseGet(OptionalLong::empty);
    }

    private static List<HwmonSensor> sensors(Path directory) {
        Map<String, HwmonSensor> found = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "{energy,power,in,curr}[0-9]*_*")) {
            for (Path file : entries) {
                Matcher value = VALUE.matcher(String.valueOf(file.getFileName()));
                if (value.matches() && found.size() < MAX_SENSORS) {
                    HwmonSensor sensor = sensor(directory, file, value);
                    String key = sensor.kind() + " " + sensor.index();
                    // A mean misses nothing between two readings, so it wins over the instant.
                    if (isOn(directory, sensor) && (sensor.averaged() || !found.containsKey(key))) {
                        found.put(key, sensor);
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        return found.values().stream()
                .sorted(Comparator.comparing(HwmonSensor::kind).thenComparingInt(HwmonSensor::index))
                .toList();
    }

    private static HwmonSensor sensor(Path directory, Path file, Matcher value) {
        boolean power = value.group(3) != null;
        String prefix = power ? value.group(3) : value.group(1);
        int index = Integer.parseInt(power ? value.group(4) : value.group(2));
        Kind kind = List.of(Kind.values()).stream()
                .filter(one -> one.prefix().equals(prefix))
                .findFirst()
                .orElseThrow();
        String label = text(directory.resolve(prefix + index + "_label")).orElse("");
        return new HwmonSensor(kind, index, label, "average".equals(value.group(5)), file);
    }

    private static boolean isOn(Path directory, HwmonSensor sensor) {
        Path enable = directory.resolve(sensor.kind().prefix() + sensor.index() + "_enable");
        return !text(enable).equals(Optional.of("0"));
    }

    private static String deviceName(Path hwmon) {
        try {
            return String.valueOf(hwmon.resolve(DEVICE).toRealPath().getFileName());
        } catch (IOException e) {
            return "";
        }
    }

    private static Optional<String> text(Path file) {
        try {
            return Optional.of(TextFile.read(file)).filter(text -> !text.isEmpty());
        } catch (PosixException e) {
            return Optional.empty();
        }
    }
}
