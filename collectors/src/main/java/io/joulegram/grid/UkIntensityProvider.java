package io.joulegram.grid;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The Carbon Intensity API of Great Britain's system operator: average, half-hourly, with forecasts for a day, no key.
 * Direct emissions of generation and imports, with losses; not to be compared with life-cycle figures.
 */
public final class UkIntensityProvider implements IntensityProvider {
    /** Where the service is. */
    public static final URI DEFAULT_URL = URI.create("https://api.carbonintensity.org.uk");

    private static final String NAME = "uk";

    private final JsonHttp http;
    private final URI base;
    private final JsonFields fields = new JsonFields(NAME);

    /** @param base of the service */
    public UkIntensityProvider(HttpClient client, Duration timeout, URI base) {
        http = new JsonHttp(client, timeout);
        this.base = base;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Duration pollInterval() {
        return Duration.ofMinutes(10);
    }

    @Override
    public List<GridIntensity> fetch(Instant now) throws IntensityException {
        // The service writes and reads times to the minute.
        Instant from = now.minus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MINUTES);
        String time = from.toString().replace(":00Z", "Z");
        JsonNode root = http.get(NAME, URI.create(base + "/intensity/" + time + "/fw24h"), Map.of());
        List<GridIntensity> figures = new ArrayList<>();
        for (JsonNode point : fields.list(root, "data")) {
            JsonNode intensity = point.path("intensity");
            OptionalDouble actual = fields.intensity(intensity, "actual", 1);
            OptionalDouble forecast = fields.intensity(intensity, "forecast", 1);
            OptionalDouble grams = actual.isPresent() ? actual : forecast;
            if (grams.isPresent()) {
                Instant begin = fields.time(point, "from");
                Instant end = fields.time(point, "to");
                if (!begin.isBefore(end)) {
                    throw fields.malformed("to", end.toString(), "after " + begin);
                }
                figures.add(new GridIntensity(
                        grams.getAsDouble(),
                        "GB",
                        NAME,
                        "average",
                        "direct",
                        begin,
                        end,
                        actual.isPresent() ? "v2 measured" : "v2 forecast"));
            }
        }
        return figures;
    }
}
