package io.joulegram.grid;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.grid.IntensityException.Reason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.OptionalDouble;

/** Takes values out of the JSON of a provider, and says which is not as it should be. */
final class JsonFields {
    private static final int MAX_SHOWN = 60;

    private final String who;

    JsonFields(String who) {
        this.who = who;
    }

    Instant time(JsonNode node, String field) throws IntensityException {
        String text = node.path(field).asText("");
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw malformed(field, text, "an ISO 8601 time");
        }
    }

    /** A figure in gCO2e/kWh; empty if it is null or missing. */
    OptionalDouble intensity(JsonNode node, String field, double gramsPerKwhPerUnit) throws IntensityException {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalDouble.empty();
        }
        double grams = value.isNumber() ? value.asDouble() * gramsPerKwhPerUnit : Double.NaN;
        if (!(grams > 0 && grams <= GridIntensity.MAX_GRAMS_PER_KWH)) {
            throw malformed(field, value.asText(""), "an intensity above 0, at most 2500 gCO2e/kWh");
        }
        return OptionalDouble.of(grams);
    }

    /** A share in percent as a ratio; empty if it is null or missing. */
    OptionalDouble percent(JsonNode node, String field) throws IntensityException {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalDouble.empty();
        }
        double percent = value.isNumber() ? value.asDouble() : Double.NaN;
        if (!(percent >= 0 && percent <= 100)) {
            throw malformed(field, value.asText(""), "a share from 0 to 100");
        }
        return OptionalDouble.of(percent / 100);
    }

    JsonNode list(JsonNode node, String field) throws IntensityException {
        JsonNode list = node.path(field);
        if (!list.isArray()) {
            throw malformed(
                    field, list.isMissingNode() ? "nothing" : list.getNodeType().name(), "a list");
        }
        return list;
    }

    IntensityException malformed(String field, String value, String wanted) {
        String shown = value.length() > MAX_SHOWN ? value.substring(0, MAX_SHOWN) + "..." : value;
        return new IntensityException(
                Reason.MALFORMED, who + ": " + field + " is \"" + shown + "\", and should be " + wanted);
    }
}
