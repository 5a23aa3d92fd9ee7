package io.joulegram.dashboards.preview;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A panel as the JSON of its dashboard describes it. */
record Panel(JsonNode json) {
    /**
     * A query of a panel.
     *
     * @param leastSeconds what the interval between two of its instants is at least, to Grafana
     */
    record Target(String refId, String expression, String legend, boolean instant, double leastSeconds) {}

    /** A value that has a text and a colour in its place. */
    record Mapping(String text, String colour) {}

    String type() {
        return json.path("type").asText();
    }

    String title() {
        return json.path("title").asText();
    }

    /** Where it lies on the grid of 24 columns: x, y, w, h. */
    int place(String side) {
        return json.path("gridPos").path(side).asInt();
    }

    UnitText unit() {
        return new UnitText(defaults().path("unit").asText("none"), decimals());
    }

    private OptionalInt decimals() {
        JsonNode decimals = defaults().path("decimals");
        return decimals.isNumber() ? OptionalInt.of(decimals.asInt()) : OptionalInt.empty();
    }

    private JsonNode defaults() {
        return json.at("/fieldConfig/defaults");
    }

    OptionalDouble bound(String minOrMax) {
        JsonNode bound = defaults().path(minOrMax);
        return bound.isNumber() ? OptionalDouble.of(bound.asDouble()) : OptionalDouble.empty();
    }

    boolean stacked() {
        return defaults().at("/custom/stacking/mode").asText().equals("normal");
    }

    List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (JsonNode target : json.path("targets")) {
            targets.add(new Target(
                    target.path("refId").asText(),
                    target.path("expr").asText(),
                    target.path("legendFormat").asText(),
                    target.path("instant").asBoolean(),
                    seconds(target.path("interval").asText())));
        }
        return targets;
    }

    private static double seconds(String interval) {
        return interval.isEmpty()
                ? 0
                : Duration.parse("PT" + interval.toUpperCase(Locale.ROOT)).toSeconds();
    }

    /** The unit of the queries that are drawn against the right axis; empty if none is. */
    Optional<UnitText> rightUnit() {
        for (JsonNode override : overrides()) {
            if (isRight(override)) {
                return Optional.of(new UnitText(property(override, "unit"), OptionalInt.empty()));
            }
        }
        return Optional.empty();
    }

    boolean isRight(String refId) {
        for (JsonNode override : overrides()) {
            if (isRight(override) && override.at("/matcher/options").asText().equals(refId)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRight(JsonNode override) {
        return override.at("/matcher/id").asText().equals("byFrameRefID")
                && property(override, "custom.axisPlacement").equals("right");
    }

    private JsonNode overrides() {
        return json.at("/fieldConfig/overrides");
    }

    private static String property(JsonNode override, String id) {
        for (JsonNode property : override.path("properties")) {
            if (property.path("id").asText().equals(id)) {
                return property.path("value").asText();
            }
        }
        return "";
    }

    /** A table's columns of values that are shown: name of the field, its override if there is one. */
    String columnName(String field) {
        return columnOverride(field)
                .map(override -> property(override, "displayName"))
                .orElse(field);
    }

    UnitText columnUnit(String field) {
        return columnOverride(field)
                .map(override -> new UnitText(property(override, "unit"), OptionalInt.empty()))
                .orElseGet(this::unit);
    }

    private Optional<JsonNode> columnOverride(String field) {
        for (JsonNode override : overrides()) {
            if (override.at("/matcher/id").asText().equals("byName")
                    && override.at("/matcher/options").asText().equals(field)) {
                return Optional.of(override);
            }
        }
        return Optional.empty();
    }

    /** Whether a transformation takes a field away. */
    boolean isHidden(String field) {
        for (JsonNode transformation : json.path("transformations")) {
            if (transformation.at("/options/excludeByName").path(field).asBoolean()) {
                return true;
            }
        }
        return false;
    }

    /** What a value is by the thresholds; empty if the panel has none. */
    Optional<String> thresholdColour(double value) {
        Optional<String> colour = Optional.empty();
        for (JsonNode step : defaults().at("/thresholds/steps")) {
            if (step.path("value").isNull() || value >= step.path("value").asDouble()) {
                colour = Optional.of(Palette.named(step.path("color").asText()));
            }
        }
        return colour;
    }

    /** Texts and colours by the value that they stand for. */
    Map<String, Mapping> mappings() {
        Map<String, Mapping> mappings = new LinkedHashMap<>();
        for (JsonNode mapping : defaults().path("mappings")) {
            mapping.path("options")
                    .forEachEntry((value, option) -> mappings.put(
                            value,
                            new Mapping(
                                    option.path("text").asText(),
                                    Palette.named(option.path("color").asText()))));
        }
        return mappings;
    }

    /** The transformations that there are. */
    List<String> transformations() {
        List<String> ids = new ArrayList<>();
        json.path("transformations").forEach(each -> ids.add(each.path("id").asText()));
        return ids;
    }
}
