package io.joulegram.agent.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Results of benchmarks as JSON; {@code docs/bench.md} describes it. */
public final class BenchDocument {
    /** What the first field of every result says. */
    static final String SCHEMA = "joulegram-bench/1";

    private static final long MAX_BYTES = 64L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private BenchDocument() {}

    /**
     * Writes a result so that a file of this name is whole at every instant.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(BenchResult result, Path file) throws IOException {
        Path whole = file.toAbsolutePath();
        Path next = part(file);
        Files.write(next, text(result).getBytes(StandardCharsets.UTF_8));
        Files.move(next, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The file beside it that takes its place when it is whole. */
    public static Path part(Path file) {
        Path whole = file.toAbsolutePath();
        return whole.resolveSibling(whole.getFileName() + ".part");
    }

    /** A result as text. */
    public static String text(BenchResult result) {
        ObjectNode root = JSON.createObjectNode().put("schema", SCHEMA);
        ObjectNode about = root.putObject("about");
        result.about().forEach(about::put);
        result.ended().ifPresent(why -> root.put("ended", why));
        ArrayNode points = root.putArray("points");
        result.points().forEach(point -> point(points.addObject(), point));
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void point(ObjectNode node, PointResult point) {
        node.put("server", point.server()).put("workload", point.workload());
        node.put("pace", point.paceKind()).put("value", point.pace());
        ArrayNode spans = node.putArray("spans");
        point.spans()
                .forEach(span -> spans.addObject()
                        .put("beginUnixMillis", span.beginUnixMillis())
                        .put("endUnixMillis", span.endUnixMillis()));
        ObjectNode figures = node.putObject("figures");
        point.figures().forEach((figure, estimate) -> {
            ObjectNode value = figures.putObject(figure.key());
            value.put("value", estimate.value()).put("unit", figure.unit());
            estimate.statistical().ifPresent(half -> value.put("statistical95", half));
            estimate.measurementRatio().ifPresent(ratio -> value.put("measurement95Ratio", ratio));
            estimate.half().ifPresent(half -> value.put("half95", half));
        });
        ObjectNode power = node.putObject("power");
        numbers(power.putArray("seconds"), point.power().seconds());
        numbers(power.putArray("gpuWatts"), point.power().gpuWatts());
        numbers(power.putArray("hostWatts"), point.power().hostWatts());
        ObjectNode failures = node.putObject("failures");
        point.failures().forEach(failures::put);
        point.limit().ifPresent(why -> node.put("limit", why));
        point.notes().forEach(node.putArray("notes")::add);
    }

    private static void numbers(ArrayNode node, List<Double> values) {
        // A tenth of a second and of a watt: more would be noise.
        values.forEach(value -> node.add(Math.round(value * 10) / 10.0));
    }

    /**
     * Reads a result.
     *
     * @throws IllegalArgumentException if it cannot be read, or is none; the message names the file and what is allowed
     */
    public static BenchResult read(Path file) {
        JsonNode root;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + " is larger than 64 MiB");
            }
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + ":" + (e.getLocation() == null ? 1 : e.getLocation().getLineNr()) + ": "
                            + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e, e);
        }
        String schema = root.path("schema").asText("");
        if (!schema.equals(SCHEMA)) {
            throw new IllegalArgumentException(
                    file + ": schema is \"" + schema + "\"; allowed: \"" + SCHEMA + "\", as joulegram bench writes it");
        }
        Map<String, String> about = new LinkedHashMap<>();
        root.path("about")
                .properties()
                .forEach(entry -> about.put(entry.getKey(), entry.getValue().asText()));
        List<PointResult> points = new ArrayList<>();
        for (JsonNode node : root.path("points")) {
            points.add(point(file, points.size(), node));
        }
        return new BenchResult(about, points, text(root.path("ended")));
    }

    private static PointResult point(Path file, int index, JsonNode node) {
        Map<Figure, Estimate> figures = new EnumMap<>(Figure.class);
        for (Map.Entry<String, JsonNode> entry : node.path("figures").properties()) {
            JsonNode value = entry.getValue().path("value");
            if (!value.isNumber()) {
                throw new IllegalArgumentException(file + ": points[" + index + "].figures." + entry.getKey()
                        + ".value is " + value + "; allowed: a number");
            }
            // A figure of a later version is passed over.
            Arrays.stream(Figure.values())
                    .filter(figure -> figure.key().equals(entry.getKey()))
                    .forEach(figure -> figures.put(figure, estimate(entry.getValue())));
        }
        if (!node.path("value").isNumber()) {
            throw new IllegalArgumentException(
                    file + ": points[" + index + "].value is " + node.path("value") + "; allowed: a number");
        }
        List<PointResult.Span> spans = node.path("spans")
                .valueStream()
                .map(span -> new PointResult.Span(
                        span.path("beginUnixMillis").asLong(),
                        span.path("endUnixMillis").asLong()))
                .toList();
        Map<String, Integer> failures = new TreeMap<>();
        node.path("failures")
                .properties()
                .forEach(entry -> failures.put(entry.getKey(), entry.getValue().asInt()));
        JsonNode power = node.path("power");
        return new PointResult(
                node.path("server").asText(),
                node.path("workload").asText(),
                node.path("pace").asText(),
                node.path("value").asDouble(),
                spans,
                figures,
                new PowerTrace(
                        numbers(power.path("seconds")),
                        numbers(power.path("gpuWatts")),
                        numbers(power.path("hostWatts"))),
                failures,
                text(node.path("limit")),
                node.path("notes").valueStream().map(JsonNode::asText).toList());
    }

    private static Estimate estimate(JsonNode node) {
        return new Estimate(
                node.path("value").asDouble(),
                number(node.path("statistical95")),
                number(node.path("measurement95Ratio")));
    }

    private static OptionalDouble number(JsonNode node) {
        return node.isNumber() ? OptionalDouble.of(node.asDouble()) : OptionalDouble.empty();
    }

    private static List<Double> numbers(JsonNode array) {
        return array.valueStream().map(JsonNode::asDouble).toList();
    }

    private static Optional<String> text(JsonNode node) {
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }
}
