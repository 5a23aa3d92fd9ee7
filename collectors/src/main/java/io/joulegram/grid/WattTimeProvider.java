package io.joulegram.grid;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.grid.IntensityException.Reason;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * WattTime, API v3: the intensity of the plants that follow the load (signal {@code co2_moer}), every five minutes, as a
 * nowcast and forecast for a day. Direct emissions. Never part of an inventory.
 */
public final class WattTimeProvider implements IntensityProvider {
    /** Where the service is. */
    public static final URI DEFAULT_URL = URI.create("https://api.watttime.org");

    /** One pound per megawatt-hour: 453.59237 g for 1000 kWh (international avoirdupois pound, exact). */
    static final double GRAMS_PER_KWH_PER_POUND_PER_MWH = 0.45359237;

    private static final String NAME = "watttime";
    private static final int HORIZON_HOURS = 24;
    private static final long MAX_PERIOD_SECONDS = 3_600;

    private final JsonHttp http;
    private final URI base;
    private final String credentials;
    private final GridPlace place;
    private final JsonFields fields = new JsonFields(NAME);
    private @Nullable String token;
    private @Nullable String region;

    /**
     * @param base of the service, without the version
     * @param place a region of WattTime as its zone, or coordinates
     */
    public WattTimeProvider(
            HttpClient client, Duration timeout, URI base, String username, String password, GridPlace place) {
        http = new JsonHttp(client, timeout);
        this.base = base;
        this.place = place;
        credentials = Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Duration pollInterval() {
        return Duration.ofMinutes(5);
    }

    @Override
    public List<GridIntensity> fetch(Instant now) throws IntensityException {
        String where = region();
        JsonNode root = ask("/v3/forecast?region=" + URLEncoder.encode(where, StandardCharsets.UTF_8)
                + "&signal_type=co2_moer&horizon_hours=" + HORIZON_HOURS);
        JsonNode meta = root.path("meta");
        String units = meta.path("units").asText("");
        if (!units.equals("lbs_co2_per_mwh")) {
            throw fields.malformed("units", units, "lbs_co2_per_mwh");
        }
        long seconds = meta.path("data_point_period_seconds").asLong(0);
        if (seconds < 1 || seconds > MAX_PERIOD_SECONDS) {
            throw fields.malformed("data_point_period_seconds", "" + seconds, "1 to " + MAX_PERIOD_SECONDS);
        }
        String model = "v3 " + meta.path("model").path("date").asText("");
        List<GridIntensity> figures = new ArrayList<>();
        for (JsonNode point : fields.list(root, "data")) {
            OptionalDouble grams = fields.intensity(point, "value", GRAMS_PER_KWH_PER_POUND_PER_MWH);
            if (grams.isPresent()) {
                Instant from = fields.time(point, "point_time");
                figures.add(new GridIntensity(
                        grams.getAsDouble(),
                        where,
                        NAME,
                        "marginal",
                        "direct",
                        from,
                        from.plusSeconds(seconds),
                        model.strip()));
            }
        }
        return figures;
    }

    private String region() throws IntensityException {
        String known = region;
        if (known == null) {
            known = place.zone().isPresent() ? place.zone().get() : lookUp();
            region = known;
        }
        return known;
    }

    private String lookUp() throws IntensityException {
        JsonNode root = ask("/v3/region-from-loc?latitude=" + place.latitude() + "&longitude=" + place.longitude()
                + "&signal_type=co2_moer");
        String found = root.path("region").asText("");
        if (!found.matches("[A-Za-z0-9_]{1,64}")) {
            throw fields.malformed("region", found, "the name of a region");
        }
        return found;
    }

    /** A token holds for half an hour; when it is refused, a new one is asked for once. */
    private JsonNode ask(String path) throws IntensityException {
        String known = token;
        if (known != null) {
            try {
                return ask(path, known);
            } catch (IntensityException e) {
                if (e.reason() != Reason.UNAUTHORIZED) {
                    throw e;
                }
            }
        }
        String fresh = logIn();
        token = fresh;
        return ask(path, fresh);
    }

    private JsonNode ask(String path, String bearer) throws IntensityException {
        return http.get(NAME, URI.create(base + path), Map.of("Authorization", "Bearer " + bearer));
    }

    private String logIn() throws IntensityException {
        JsonNode root = http.get(NAME, URI.create(base + "/login"), Map.of("Authorization", "Basic " + credentials));
        String given = root.path("token").asText("");
        if (!given.matches("[!-~]{1,8192}")) {
            throw new IntensityException(Reason.MALFORMED, NAME + ": the answer to the login has no token");
        }
        return given;
    }
}
