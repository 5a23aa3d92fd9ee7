package io.joulegram.dashboards.preview;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Prometheus answers to the queries of panels. */
public final class Answers {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.*), (\\w+)\\)");
    private static final Pattern LABEL = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI prometheus;

    /** @param prometheus its root, {@code http://HOST:PORT/} */
    public Answers(URI prometheus) {
        this.prometheus = prometheus;
    }

    List<Series> to(Panel.Target target, Moment moment) throws IOException, InterruptedException {
        String query = encoded(moment.fill(target.expression(), target.leastSeconds()));
        String path = target.instant()
                ? "api/v1/query?time=" + moment.toSeconds() + "&query=" + query
                : "api/v1/query_range?start=" + moment.firstSeconds() + "&end=" + moment.toSeconds() + "&step="
                        + moment.stepSeconds() + "&query=" + query;
        HttpRequest request = HttpRequest.newBuilder(prometheus.resolve(path))
                .timeout(PATIENCE)
                .build();
        var response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(target.expression() + ": " + response.statusCode() + " " + response.body());
        }
        return series(target, new ObjectMapper().readTree(response.body()).at("/data/result"));
    }

    /** The first of the choices that {@code label_values(SELECTOR, LABEL)} has; empty if there are none. */
    Optional<String> firstChoice(String query, Moment moment) throws IOException, InterruptedException {
        Matcher matcher = LABEL_VALUES.matcher(query);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(query + ": is no query for the values of a label");
        }
        String label = matcher.group(2);
        String counted = "count by (%s) (last_over_time(%s[$__range]))".formatted(label, matcher.group(1));
        return to(new Panel.Target("", counted, "", true, 0), moment).stream()
                .map(series -> series.labels().getOrDefault(label, ""))
                .filter(value -> !value.isEmpty())
                .sorted()
                .findFirst();
    }

    static List<Series> series(Panel.Target target, JsonNode result) {
        List<Series> all = new ArrayList<>();
        for (JsonNode one : result) {
            Map<String, String> labels = new TreeMap<>();
            one.path("metric").forEachEntry((label, value) -> labels.put(label, value.asText()));
            labels.remove("__name__");
            Map<Double, Double> values = new LinkedHashMap<>();
            if (one.has("value")) {
                put(values, one.path("value"));
            }
            one.path("values").forEach(value -> put(values, value));
            all.add(new Series(target.refId(), name(target.legend(), labels), labels, values));
        }
        return all;
    }

    private static void put(Map<Double, Double> values, JsonNode timeAndValue) {
        String text = timeAndValue.path(1).asText();
        double value = text.endsWith("Inf")
                ? (text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
                : Double.parseDouble(text);
        values.put(timeAndValue.path(0).asDouble(), value);
    }

    private static String name(String legend, Map<String, String> labels) {
        Matcher label = LABEL.matcher(legend);
        return label.replaceAll(match -> Matcher.quoteReplacement(labels.getOrDefault(match.group(1), "")))
                .strip();
    }

    private static String encoded(String query) {
        return URLEncoder.encode(query, StandardCharsets.UTF_8);
    }
}
