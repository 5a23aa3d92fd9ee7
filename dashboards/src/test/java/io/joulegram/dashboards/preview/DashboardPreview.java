package io.joulegram.dashboards.preview;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A picture of a dashboard, drawn from its JSON with what a Prometheus answers to its queries: every panel in its place,
 * with its units, thresholds, stacking and legends. It says of itself that it is not Grafana's.
 */
public final class DashboardPreview {
    /** What every picture says. */
    public static final String LABEL =
            "Preview, drawn by Joulegram from the dashboard's JSON with data of a Prometheus. Not a picture of Grafana.";

    /** What stands in a panel whose queries have no data. */
    public static final String NO_DATA = "No data";

    private static final double COLUMN = 60;
    private static final double ROW = 38;
    private static final double GAP = 8;
    private static final double MARGIN = 16;
    private static final double HEADER = 64;
    private static final double TITLE = 30;
    private static final int COLUMNS = 24;
    private static final double PIXELS_PER_INSTANT = 4;

    private static final Map<String, PanelDrawer> DRAWERS = Map.of(
            "stat", new StatDrawer(),
            "bargauge", new BarGaugeDrawer(),
            "timeseries", new TimeSeriesDrawer(),
            "heatmap", new HeatmapDrawer(),
            "state-timeline", new StateTimelineDrawer(),
            "table", new TableDrawer());

    private static final Set<String> TRANSFORMATIONS = Set.of("merge", "organize");

    private final JsonNode dashboard;
    private final Map<String, String> wanted;

    /** @param dashboard the JSON that Grafana would read */
    public DashboardPreview(JsonNode dashboard) {
        this(dashboard, Map.of());
    }

    /**
     * @param dashboard the JSON that Grafana would read
     * @param wanted values of its variables that cannot have all values; others of these have their first
     */
    public DashboardPreview(JsonNode dashboard, Map<String, String> wanted) {
        this.dashboard = dashboard;
        this.wanted = Map.copyOf(wanted);
    }

    /**
     * Draws it.
     *
     * @param toSeconds the end of the time range, in seconds since 1970
     * @param rangeSeconds its length
     * @param scrapeSeconds how often Prometheus scrapes
     * @return an SVG document
     * @throws IllegalArgumentException if a panel has a type, unit, colour or transformation that is not known here
     */
    public String draw(Answers answers, double toSeconds, double rangeSeconds, double scrapeSeconds)
            throws IOException, InterruptedException {
        List<Panel> panels = new ArrayList<>();
        dashboard.path("panels").forEach(panel -> panels.add(new Panel(panel)));
        int rows = panels.stream()
                .mapToInt(panel -> panel.place("y") + panel.place("h"))
                .max()
                .orElse(0);
        double width = COLUMNS * COLUMN + 2 * MARGIN - GAP;
        double height = HEADER + rows * ROW + MARGIN;
        Map<String, String> chosen = chosen(answers, toSeconds, rangeSeconds, scrapeSeconds);
        Svg svg = new Svg(width, height);
        svg.rect(new Box(0, 0, width, height), Palette.PAGE);
        String title = dashboard.path("title").asText();
        svg.text(MARGIN, 28, title, new Font(18, true, Palette.TEXT), Svg.Anchor.START, width);
        svg.text(MARGIN, 50, LABEL + " Times are UTC.", Font.PLAIN.in(Palette.FAINT_TEXT), Svg.Anchor.START, width);
        for (Panel panel : panels) {
            Box place = new Box(
                    MARGIN + panel.place("x") * COLUMN,
                    HEADER + panel.place("y") * ROW,
                    panel.place("w") * COLUMN - GAP,
                    panel.place("h") * ROW - GAP);
            try {
                int points = (int) Math.max(2, place.width() / PIXELS_PER_INSTANT);
                draw(
                        panel,
                        answers,
                        new Moment(toSeconds - rangeSeconds, toSeconds, points, scrapeSeconds, chosen),
                        svg,
                        place);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(title + ": panel " + panel.title() + ": " + e.getMessage(), e);
            }
        }
        return svg.document(title + ". " + LABEL);
    }

    /** Variables that cannot have all values have the one that is wanted, else the first. */
    private Map<String, String> chosen(Answers answers, double toSeconds, double rangeSeconds, double scrapeSeconds)
            throws IOException, InterruptedException {
        Map<String, String> chosen = new HashMap<>();
        for (JsonNode variable : dashboard.at("/templating/list")) {
            if (variable.path("type").asText().equals("query")
                    && !variable.path("includeAll").asBoolean()) {
                String name = variable.path("name").asText();
                if (wanted.containsKey(name)) {
                    chosen.put(name, wanted.get(name));
                } else {
                    Moment moment = new Moment(toSeconds - rangeSeconds, toSeconds, 2, scrapeSeconds, chosen);
                    answers.firstChoice(variable.at("/query/query").asText(), moment)
                            .ifPresent(value -> chosen.put(name, value));
                }
            }
        }
        return chosen;
    }

    private static void draw(Panel panel, Answers answers, Moment moment, Svg svg, Box place)
            throws IOException, InterruptedException {
        if (panel.type().equals("row")) {
            svg.text(place.x(), place.y() + 22, panel.title(), new Font(15, true, Palette.TEXT), Svg.Anchor.START, 1e4);
            return;
        }
        PanelDrawer drawer = DRAWERS.get(panel.type());
        if (drawer == null) {
            throw new IllegalArgumentException(
                    panel.type() + ": is no type of panel that a preview knows: " + DRAWERS.keySet());
        }
        for (String transformation : panel.transformations()) {
            if (!TRANSFORMATIONS.contains(transformation)) {
                throw new IllegalArgumentException(
                        transformation + ": is no transformation that a preview knows: " + TRANSFORMATIONS);
            }
        }
        svg.rect(place, Palette.PANEL, Palette.FRAME);
        svg.text(place.x() + 10, place.y() + 20, panel.title(), Font.TITLE, Svg.Anchor.START, place.width() - 20);
        List<Series> data = new ArrayList<>();
        for (Panel.Target target : panel.targets()) {
            data.addAll(answers.to(target, moment));
        }
        Box content = place.without(10, TITLE, 10, 8);
        if (data.isEmpty()) {
            svg.text(
                    place.x() + place.width() / 2,
                    place.y() + place.height() / 2 + 8,
                    NO_DATA,
                    Font.PLAIN.in(Palette.FAINT_TEXT),
                    Svg.Anchor.MIDDLE,
                    place.width());
        } else {
            drawer.draw(panel, data, moment, svg, content);
        }
    }
}
