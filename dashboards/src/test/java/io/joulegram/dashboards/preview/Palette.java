package io.joulegram.dashboards.preview;

import java.util.List;
import java.util.Map;

/** Colours. */
final class Palette {
    static final String PAGE = "#f4f5f5";
    static final String PANEL = "#ffffff";
    static final String FRAME = "#d8dadd";
    static final String GRID = "#e9ebee";
    static final String TEXT = "#24292e";
    static final String FAINT_TEXT = "#6a737b";

    /** After Okabe and Ito, told apart with any colour vision; further series begin anew. */
    private static final List<String> SERIES = List.of(
            "#0072b2", "#e69f00", "#009e73", "#d55e00", "#56b4e9", "#cc79a7", "#8a7a00", "#5b4b9e", "#7a4a2b",
            "#666666");

    private static final Map<String, String> NAMED =
            Map.of("green", "#1a7f4b", "orange", "#d97a08", "red", "#c4162a", "blue", "#1f60c4", "purple", "#8f3bb8");

    private Palette() {}

    static String ofSeries(int index) {
        return SERIES.get(index % SERIES.size());
    }

    /** @throws IllegalArgumentException if no dashboard here uses that name */
    static String named(String name) {
        String colour = NAMED.get(name);
        if (colour == null) {
            throw new IllegalArgumentException(name + ": is no colour that a preview knows: " + NAMED.keySet());
        }
        return colour;
    }

    /** From white to orange. */
    static String heat(double share) {
        double bounded = Math.max(0, Math.min(1, share));
        return "#%02x%02x%02x"
                .formatted(
                        Math.round(255 - bounded * (255 - 166)),
                        Math.round(245 - bounded * (245 - 54)),
                        Math.round(235 - bounded * (235 - 3)));
    }
}
