package io.joulegram.agent.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares what a benchmark of the simulated server says with what that server has truly taken. It is not among the tests;
 * {@code docs/bench.md} has the commands. It runs beside the benchmark, keeps the truth at many instants, and when the benchmark has
 * ended reads its result.
 */
public final class TruthComparison {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TreeMap<Long, JsonNode> truth = new TreeMap<>();

    private TruthComparison() {}

    /**
     * Gathers until the process has ended, then compares.
     *
     * @param args the server's address, the number of the process of the benchmark, the file of its result
     */
    public static void main(String[] args) throws Exception {
        TruthComparison comparison = new TruthComparison();
        ProcessHandle bench = ProcessHandle.of(Long.parseLong(args[1])).orElseThrow();
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(args[0] + "/truth")).build();
        while (bench.isAlive()) {
            long before = System.currentTimeMillis();
            JsonNode answer = JSON.readTree(client.send(request, HttpResponse.BodyHandlers.ofByteArray())
                    .body());
            comparison.truth.put((before + System.currentTimeMillis()) / 2, answer);
            Thread.sleep(100);
        }
        comparison.compare(BenchDocument.read(Path.of(args[2])));
    }

    private void compare(BenchResult result) {
        System.out.printf(
                "%-14s %22s %22s %22s %22s%n", "point", "GPU J/token", "active", "prefill J/token", "decode J/token");
        for (PointResult point : result.points()) {
            PointResult.Span span = point.spans().get(0);
            double tokens = between(span, "tokens/generation");
            double prefill = joules(span, "prefill");
            double decode = joules(span, "decode");
            double idle = joules(span, "idle");
            System.out.printf(
                    Locale.ROOT,
                    "%-14s %s %s %s %s%n",
                    point.label(),
                    pair(point, Figure.GPU_JOULES_PER_OUTPUT_TOKEN, (prefill + decode + idle) / tokens),
                    pair(point, Figure.GPU_ACTIVE_JOULES_PER_OUTPUT_TOKEN, (prefill + decode) / tokens),
                    pair(point, Figure.PREFILL_JOULES_PER_TOKEN, prefill / between(span, "tokens/prefill_computed")),
                    pair(point, Figure.DECODE_JOULES_PER_TOKEN, decode / tokens));
        }
        for (Figure figure : List.of(Figure.EDP_JOULE_SECONDS, Figure.CDP_GRAM_SECONDS, Figure.CEP_GRAM_JOULES)) {
            Comparator<PointResult> order = Comparator.comparingDouble(
                    point -> Optional.ofNullable(point.figures().get(figure))
                            .map(Estimate::value)
                            .orElse(Double.MAX_VALUE));
            System.out.println("least " + figure.key() + " at "
                    + result.points().stream().min(order).orElseThrow().label());
        }
    }

    private static String pair(PointResult point, Figure figure, double truth) {
        Estimate estimate = point.figures().get(figure);
        return estimate == null
                ? String.format(Locale.ROOT, "%22s", "-")
                : String.format(
                        Locale.ROOT,
                        "%8.5f %8.5f %+.1f%%",
                        estimate.value(),
                        truth,
                        100 * (estimate.value() / truth - 1));
    }

    private double joules(PointResult.Span span, String phase) {
        return between(span, "gpu_joules/" + phase);
    }

    private double between(PointResult.Span span, String field) {
        return at(span.endUnixMillis(), field) - at(span.beginUnixMillis(), field);
    }

    private double at(long millis, String field) {
        Map.Entry<Long, JsonNode> before = truth.floorEntry(millis);
        Map.Entry<Long, JsonNode> after = truth.higherEntry(millis);
        double one = before.getValue().at("/" + field).asDouble();
        double two = after.getValue().at("/" + field).asDouble();
        return one + (two - one) * (millis - before.getKey()) / (after.getKey() - before.getKey());
    }
}
