package io.joulegram.dashboards.preview;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A value as text, in the unit that the field configuration of a panel names by Grafana's id. */
final class UnitText {
    private static final List<String> PREFIXES = List.of("p", "n", "µ", "m", "", "k", "M", "G", "T");
    private static final int NO_PREFIX = 4;
    private static final List<String> SHORT = List.of("", " K", " Mil", " Bil", " Tri");
    private static final int SIGNIFICANT_DIGITS = 3;

    private record Span(double seconds, String name) {}

    private static final List<Span> SPANS = List.of(
            new Span(31_557_600, " years"),
            new Span(604_800, " weeks"),
            new Span(86_400, " days"),
            new Span(3_600, " hours"),
            new Span(60, " mins"));

    /** Units with prefixes, and how many steps of a thousand their name is above the base. */
    private static final Map<String, String> SCALED =
            Map.of("watt", "W", "joule", "J", "hertz", "Hz", "kwatth", "Wh", "masskg", "g");

    private static final List<String> IN_THOUSANDS = List.of("kwatth", "masskg");

    private final String id;
    private final OptionalInt decimals;

    /** @throws IllegalArgumentException if the unit is none that a preview knows */
    UnitText(String id, OptionalInt decimals) {
        this.id = id;
        this.decimals = decimals;
        of(0);
    }

    String of(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞";
        }
        if (id.startsWith("si:")) {
            return scaled(value, 0, id.substring("si:".length()));
        }
        if (id.startsWith("suffix:")) {
            return number(value) + id.substring("suffix:".length());
        }
        if (SCALED.containsKey(id)) {
            return scaled(value, IN_THOUSANDS.contains(id) ? 1 : 0, SCALED.get(id));
        }
        return switch (id) {
            case "none" -> number(value);
            case "percentunit" -> number(100 * value) + " %";
            case "celsius" -> number(value) + " °C";
            case "short" -> inThousands(value);
            case "s" -> span(value);
            default -> throw new IllegalArgumentException(id + ": is no unit that a preview knows");
        };
    }

    private String scaled(double value, int offset, String unit) {
        int steps = value == 0 ? 0 : (int) Math.floor(Math.log10(Math.abs(value) * 1.000_000_1) / 3);
        int prefix = Math.max(0, Math.min(PREFIXES.size() - 1, NO_PREFIX + offset + steps));
        double shown = value / Math.pow(1000, prefix - NO_PREFIX - (double) offset);
        return number(shown) + " " + PREFIXES.get(prefix) + unit;
    }

    private String inThousands(double value) {
        double size = Math.abs(value);
        int steps =
                size < 1000 ? 0 : (int) Math.min(SHORT.size() - 1.0, Math.floor(Math.log10(size * 1.000_000_1) / 3));
        return number(value / Math.pow(1000, steps)) + SHORT.get(steps);
    }

    private String span(double seconds) {
        for (Span span : SPANS) {
            if (Math.abs(seconds) >= span.seconds()) {
                return number(seconds / span.seconds()) + span.name();
            }
        }
        return Math.abs(seconds) >= 1 || seconds == 0 ? number(seconds) + " s" : scaled(seconds, 0, "s");
    }

    private String number(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        if (decimals.isPresent()) {
            return exact.setScale(decimals.getAsInt(), RoundingMode.HALF_UP).toPlainString();
        }
        BigDecimal rounded = Math.abs(value) >= 1000
                ? exact.setScale(0, RoundingMode.HALF_UP)
                : exact.round(new MathContext(SIGNIFICANT_DIGITS, RoundingMode.HALF_UP));
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }
}
