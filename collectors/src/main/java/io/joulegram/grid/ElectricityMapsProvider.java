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
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Electricity Maps, API v3: average intensity of consumption, imports traced; hourly. The newest hours are estimates that
 * the provider replaces later.
 */
public final class ElectricityMapsProvider implements IntensityProvider {
    /** Where the service is. */
    public static final URI DEFAULT_URL = URI.create("https://api.electricitymaps.com/v3");

    private static final String NAME = "electricity-maps";
    private static final Duration HOUR = Duration.ofHours(1);

    private final JsonHttp http;
    private final URI base;
    private final String token;
    private final GridPlace place;
    private final String boundary;
    private final JsonFields fields = new JsonFields(NAME);
    private boolean historyTaken;
    private boolean forecasts = true;
    private boolean breakdowns = true;
    private Instant breakdownsFrom = Instant.MIN;

    /**
     * @param base of the API, up to the version
     * @param token the key
     * @param place a zone or coordinates
     * @param boundary {@code lifecycle} or {@code direct}
     */
    public ElectricityMapsProvider(
            HttpClient client, Duration timeout, URI base, String token, GridPlace place, String boundary) {
        http = new JsonHttp(client, timeout);
        this.base = base;
        this.token = token;
        this.place = place;
        this.boundary = boundary;
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
        List<GridIntensity> figures = new ArrayList<>();
        if (forecasts) {
            takeForecast(figures);
        }
        if (!historyTaken) {
            take(ask("history"), "history", "", figures);
            historyTaken = true;
        }
        JsonNode latest = ask("latest");
        add(latest, zone(latest), "", figures);
        return breakdowns && !now.isBefore(breakdownsFrom) ? withCarbonFree(figures, now) : figures;
    }

    /** Forecasts are part of paid plans alone. */
    private void takeForecast(List<GridIntensity> figures) throws IntensityException {
        try {
            take(ask("forecast"), "forecast", "forecast", figures);
        } catch (IntensityException e) {
            if (e.reason() != Reason.UNAUTHORIZED && e.reason() != Reason.NOT_COVERED) {
                throw e;
            }
            forecasts = false;
        }
    }

    /**
     * The figure of the hour that the newest mix of sources is of gets its carbon-free share. Without it the intensity is
     * worth no less, so a failure only leaves it out; a plan that has no mix is not asked again, and a service that asks
     * for a pause gets it.
     */
    private List<GridIntensity> withCarbonFree(List<GridIntensity> figures, Instant now) {
        try {
            JsonNode mix = get("power-breakdown/latest?" + where());
            zone(mix);
            Instant from = fields.time(mix, "datetime");
            OptionalDouble share = fields.percent(mix, "fossilFreePercentage");
            return figures.stream()
                    .map(figure -> figure.from().equals(from) ? figure.withCarbonFreeRatio(share) : figure)
                    .toList();
        } catch (IntensityException e) {
            breakdowns = e.reason() != Reason.UNAUTHORIZED && e.reason() != Reason.NOT_COVERED;
            breakdownsFrom = now.plus(e.retryAfter().orElse(Duration.ZERO));
            return figures;
        }
    }

    private void take(JsonNode root, String field, String status, List<GridIntensity> figures)
            throws IntensityException {
        String zone = zone(root);
        for (JsonNode point : fields.list(root, field)) {
            add(point, zone, status, figures);
        }
    }

    private void add(JsonNode point, String zone, String status, List<GridIntensity> figures)
            throws IntensityException {
        OptionalDouble grams = fields.intensity(point, "carbonIntensity", 1);
        if (grams.isPresent()) {
            Instant from = fields.time(point, "datetime");
            String kind =
                    !status.isEmpty() ? status : point.path("isEstimated").asBoolean(false) ? "estimated" : "measured";
            figures.add(new GridIntensity(
                    grams.getAsDouble(), zone, NAME, "average", boundary, from, from.plus(HOUR), "v3 " + kind));
        }
    }

    /** The zone that an answer is of. The service answers for the place of the caller where it does not know a zone. */
    private String zone(JsonNode root) throws IntensityException {
        String zone = root.path("zone").asText("");
        if (place.zone().isPresent() && !place.zone().get().equals(zone)) {
            throw new IntensityException(
                    Reason.NOT_COVERED,
                    NAME + " answered for zone \"" + (zone.length() > 30 ? zone.substring(0, 30) : zone)
                            + "\" when asked for \"" + place.zone().get() + "\"");
        }
        return zone;
    }

    private JsonNode ask(String what) throws IntensityException {
        return get("carbon-intensity/" + what + "?" + where() + "&emissionFactorType=" + boundary
                + "&shouldUseFallbackCallerLookup=false");
    }

    private String where() {
        return place.zone()
                .map(zone -> "zone=" + URLEncoder.encode(zone, StandardCharsets.UTF_8))
                .orElse("lat=" + place.latitude() + "&lon=" + place.longitude());
    }

    private JsonNode get(String path) throws IntensityException {
        return http.get(NAME, URI.create(base + "/" + path), Map.of("auth-token", token));
    }
}
