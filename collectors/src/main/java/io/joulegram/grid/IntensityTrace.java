package io.joulegram.grid;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Carbon intensity by time from a file.
 *
 * <p>CSV with a header: {@code from} (or {@code time}), {@code until} (may be left out), {@code g_per_kwh}. JSON: a list
 * of objects with the same names, or an answer of Electricity Maps as it is ({@code history}, {@code data} or {@code
 * forecast} with {@code datetime} and {@code carbonIntensity}). Times are ISO 8601 with an offset or {@code Z}. A point
 * without {@code until} holds up to the next one, the last one as long as the one before it, or an hour if it is alone.
 *
 * <p>Immutable.
 */
public final class IntensityTrace {
    private static final int MAX_BYTES = 64 << 20;
    private static final int MAX_POINTS = 1_000_000;
    private static final List<String> TIME = List.of("from", "time", "datetime");
    private static final List<String> VALUE = List.of("g_per_kwh", "gramsPerKwh", "carbonIntensity");

    private record Raw(String place, Instant from, Optional<Instant> until, double gramsPerKwh) {}

    private final NavigableMap<Instant, IntensityPoint> points;

    private IntensityTrace(NavigableMap<Instant, IntensityPoint> points) {
        this.points = points;
    }

    /** A trace of these points; of two that begin together the later in the list wins. */
    public static IntensityTrace of(List<IntensityPoint> points) {
        TreeMap<Instant, IntensityPoint> byTime = new TreeMap<>();
        points.forEach(point -> byTime.put(point.from(), point));
        return new IntensityTrace(byTime);
    }

    /**
     * Reads a file of at most 64 MiB and a million points.
     *
     * @throws IntensityTraceException if it cannot be read, or if anything in it is not as it should be
     */
    public static IntensityTrace read(Path file) throws IntensityTraceException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new IntensityTraceException(file + " cannot be read: " + e);
        }
        if (bytes.length > MAX_BYTES) {
            throw new IntensityTraceException(file + " is larger than 64 MiB, the most that is read as a trace");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        boolean json =
                text.stripLeading().startsWith("[") || text.stripLeading().startsWith("{");
        List<Raw> raw = json ? json(file, text) : csv(file, text);
        if (raw.isEmpty()) {
            throw new IntensityTraceException(file + " has no point in it");
        }
        return new IntensityTrace(points(raw));
    }

    private static List<Raw> csv(Path file, String text) throws IntensityTraceException {
        List<Raw> raw = new ArrayList<>();
        try {
            for (NamedCsvRecord row : CsvReader.builder().ofNamedCsvRecord(text)) {
                String place = file + ":" + row.getStartingLineNumber();
                requireRoom(file, raw.size());
                Map<String, String> fields = row.getFieldsAsMap();
                raw.add(new Raw(
                        place,
                        time(place, field(place, fields, TIME)),
                        optionalTime(place, fields.get("until")),
                        number(place, field(place, fields, VALUE))));
            }
        } catch (CsvParseException e) {
            throw new IntensityTraceException(file + " is not CSV: " + e.getMessage());
        }
        return raw;
    }

    private static String field(String place, Map<String, String> fields, List<String> names)
            throws IntensityTraceException {
        for (String name : names) {
            String value = fields.get(name);
            if (value != null) {
                return value;
            }
        }
        throw new IntensityTraceException(
                place + ": has no column " + String.join(" or ", names) + "; it has " + fields.keySet());
    }

    private static List<Raw> json(Path file, String text) throws IntensityTraceException {
        JsonNode root;
        try {
            root = new ObjectMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IntensityTraceException(
                    file + ":" + e.getLocation().getLineNr() + ": is not JSON: " + e.getOriginalMessage());
        }
        JsonNode list = list(root);
        if (!list.isArray()) {
            throw new IntensityTraceException(
                    file + " is neither a list of points nor an object with history, data or forecast");
        }
        List<Raw> raw = new ArrayList<>();
        for (JsonNode item : list) {
            String place = file + ": item " + (raw.size() + 1);
            requireRoom(file, raw.size());
            raw.add(new Raw(
                    place,
                    time(place, property(place, item, TIME).asText()),
                    optionalTime(place, item.path("until").asText("")),
                    number(place, property(place, item, VALUE).asText())));
        }
        return raw;
    }

    private static JsonNode list(JsonNode root) {
        for (String name : List.of("history", "data", "forecast")) {
            if (root.path(name).isArray()) {
                return root.get(name);
            }
        }
        return root;
    }

    private static JsonNode property(String place, JsonNode item, List<String> names) throws IntensityTraceException {
        for (String name : names) {
            if (item.has(name)) {
                return item.get(name);
            }
        }
        throw new IntensityTraceException(place + ": has no " + String.join(" or ", names));
    }

    private static void requireRoom(Path file, int count) throws IntensityTraceException {
        if (count >= MAX_POINTS) {
            throw new IntensityTraceException(file + " has more than " + MAX_POINTS + " points");
        }
    }

    private static Instant time(String place, String text) throws IntensityTraceException {
        try {
            return OffsetDateTime.parse(text.strip()).toInstant();
        } catch (DateTimeException e) {
            throw new IntensityTraceException(place + ": \"" + shown(text)
                    + "\" is not a time: must be ISO 8601 with an offset, such as 2026-03-05T10:00:00Z");
        }
    }

    private static Optional<Instant> optionalTime(String place, @Nullable String text) throws IntensityTraceException {
        return text == null || text.isBlank() ? Optional.empty() : Optional.of(time(place, text));
    }

    private static double number(String place, String text) throws IntensityTraceException {
        double value;
        try {
            value = Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        if (!(value >= 0 && value <= GridIntensity.MAX_GRAMS_PER_KWH)) {
            throw new IntensityTraceException(
                    place + ": \"" + shown(text) + "\" is not a carbon intensity: must be 0 to "
                            + (int) GridIntensity.MAX_GRAMS_PER_KWH + " gCO2e/kWh");
        }
        return value;
    }

    private static String shown(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }

    private static NavigableMap<Instant, IntensityPoint> points(List<Raw> raw) throws IntensityTraceException {
        raw.sort(Comparator.comparing(Raw::from));
        TreeMap<Instant, IntensityPoint> points = new TreeMap<>();
        Duration length = Duration.ofHours(1);
        for (int i = 0; i < raw.size(); i++) {
            Raw point = raw.get(i);
            Instant next = i + 1 < raw.size() ? raw.get(i + 1).from : null;
            Instant until = point.until.orElse(next == null ? point.from.plus(length) : next);
            if (!point.from.isBefore(until)) {
                throw new IntensityTraceException(
                        point.place + ": ends at " + until + ", which is not after its begin, " + point.from);
            }
            if (next != null && next.isBefore(until)) {
                throw new IntensityTraceException(raw.get(i + 1).place + ": begins at " + next
                        + ", before the one before it ends, " + until + " (" + point.place + ")");
            }
            length = Duration.between(point.from, until);
            points.put(point.from, new IntensityPoint(point.from, until, point.gramsPerKwh));
        }
        return points;
    }

    /** The point that holds at an instant. */
    public Optional<IntensityPoint> at(Instant instant) {
        return Optional.ofNullable(points.floorEntry(instant))
                .map(Map.Entry::getValue)
                .filter(point -> instant.isBefore(point.until()));
    }

    /** All points, in the order of time. */
    public List<IntensityPoint> points() {
        return List.copyOf(points.values());
    }

    /** The mean over a span of time, by time; empty unless all of it is covered. At an instant, the figure of then. */
    public OptionalDouble mean(Instant from, Instant until) {
        if (!from.isBefore(until)) {
            return at(from).map(point -> OptionalDouble.of(point.gramsPerKwh())).orElse(OptionalDouble.empty());
        }
        double sum = 0;
        Instant at = from;
        while (at.isBefore(until)) {
            Optional<IntensityPoint> point = at(at);
            if (point.isEmpty()) {
                return OptionalDouble.empty();
            }
            Instant end = point.get().until().isBefore(until) ? point.get().until() : until;
            sum += point.get().gramsPerKwh() * Duration.between(at, end).toNanos();
            at = end;
        }
        return OptionalDouble.of(sum / Duration.between(from, until).toNanos());
    }
}
