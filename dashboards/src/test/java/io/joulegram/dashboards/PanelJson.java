package io.joulegram.dashboards;

import static io.joulegram.dashboards.Ordered.object;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A panel of Grafana, made from its short form. */
final class PanelJson {
    /** What every query and every panel is answered by: the data source that the dashboard's variable names. */
    static final Map<String, Object> DATA_SOURCE = object("type", "prometheus", "uid", "${datasource}");

    private static final Set<String> KEYS = Set.of(
            "stat",
            "bargauge",
            "timeseries",
            "heatmap",
            "state-timeline",
            "table",
            "description",
            "unit",
            "decimals",
            "min",
            "max",
            "w",
            "stack",
            "thresholds",
            "mappings",
            "queries");

    private static final PanelOptions OPTIONS = PanelOptions.read();

    /** In place of "No data"; in a table it would stand in every empty cell. */
    private static final String NOTHING_RECORDED = "No data; needs the recording rules";

    /** How often rules record the series of the past; less than a step of that has no sample in it. */
    private static final String RECORDING_INTERVAL = "1m";

    private static final Set<String> QUERY_KEYS = Set.of("expr", "legend", "column", "unit", "right");

    private final String type;
    private final ShortForm form;

    PanelJson(ShortForm form) {
        this.form = form.allowing(KEYS);
        type = OPTIONS.types().stream()
                .filter(form.values()::containsKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(form.where() + ": a panel has no type"));
    }

    /** Columns of the 24 that a row of panels has. */
    int width() {
        return form.number("w", 12);
    }

    /** Rows of the grid. */
    int height() {
        return switch (type) {
            case "stat", "bargauge" -> 5;
            default -> 8;
        };
    }

    Map<String, Object> json(int id, Map<String, Object> place) {
        Map<String, Object> panel = object(
                "id",
                id,
                "type",
                type,
                "title",
                form.text(type),
                "description",
                form.text("description"),
                "datasource",
                DATA_SOURCE,
                "gridPos",
                place,
                "fieldConfig",
                object("defaults", defaults(), "overrides", overrides()),
                "options",
                options(),
                "targets",
                targets());
        if (type.equals("table")) {
            panel.put("transformations", List.of(object("id", "merge", "options", object()), hiddenColumns()));
        }
        return panel;
    }

    private Map<String, Object> defaults() {
        Map<String, Object> defaults = object("unit", form.text("unit"));
        for (String key : List.of("decimals", "min", "max")) {
            form.optional(key).ifPresent(value -> defaults.put(key, value));
        }
        if (!type.equals("table") && queries().stream().anyMatch(PanelJson::isRecorded)) {
            defaults.put("noValue", NOTHING_RECORDED);
        }
        defaults.put("color", object("mode", colour()));
        form.optional("mappings").ifPresent(name -> defaults.put("mappings", mappings((String) name)));
        form.optional("thresholds").ifPresent(steps -> defaults.put("thresholds", thresholds((Map<?, ?>) steps)));
        if (type.equals("timeseries")) {
            defaults.put("custom", lines());
        } else if (type.equals("state-timeline")) {
            defaults.put("custom", object("lineWidth", 0, "fillOpacity", 80));
        }
        return defaults;
    }

    private String colour() {
        return form.values().containsKey("thresholds") || form.values().containsKey("mappings")
                ? "thresholds"
                : "palette-classic";
    }

    private Map<String, Object> lines() {
        boolean stacked = form.flag("stack");
        return object(
                "drawStyle",
                "line",
                "lineWidth",
                1,
                "fillOpacity",
                stacked ? 30 : 0,
                "showPoints",
                "never",
                "spanNulls",
                false,
                "stacking",
                object("mode", stacked ? "normal" : "none", "group", "A"));
    }

    private static List<Object> mappings(String name) {
        return switch (name) {
            case "up" -> values("down", "red", "up", "green");
            case "throttle" -> values("free", "green", "held back", "orange");
            default -> throw new IllegalArgumentException(name + ": is no mapping; allowed are up and throttle");
        };
    }

    private static List<Object> values(String zero, String zeroColour, String one, String oneColour) {
        return List.of(object(
                "type",
                "value",
                "options",
                object(
                        "0",
                        object("text", zero, "color", zeroColour, "index", 0),
                        "1",
                        object("text", one, "color", oneColour, "index", 1))));
    }

    private static Map<String, Object> thresholds(Map<?, ?> colours) {
        List<Object> steps = new ArrayList<>();
        steps.add(object("color", "green", "value", null));
        colours.forEach((value, colour) -> steps.add(object("color", colour, "value", value)));
        return object("mode", "absolute", "steps", steps);
    }

    private Map<String, Object> options() {
        Map<String, Object> options = OPTIONS.of(type);
        if (options.get("yAxis") instanceof Map<?, ?> axis) {
            Map<String, Object> withUnit = new LinkedHashMap<>();
            axis.forEach((key, value) -> withUnit.put(String.valueOf(key), value));
            withUnit.put("unit", form.text("unit"));
            options.put("yAxis", withUnit);
        }
        return options;
    }

    private List<Object> targets() {
        boolean now = type.equals("stat") || type.equals("bargauge") || type.equals("table");
        List<Object> targets = new ArrayList<>();
        for (ShortForm query : queries()) {
            Map<String, Object> target = object(
                    "refId",
                    refId(targets.size()),
                    "datasource",
                    DATA_SOURCE,
                    "editorMode",
                    "code",
                    "expr",
                    Selectors.expand(query.text("expr")),
                    "legendFormat",
                    query.optional("legend").orElse("__auto"),
                    "format",
                    format(),
                    "range",
                    !now,
                    "instant",
                    now);
            if (!now && isRecorded(query)) {
                target.put("interval", RECORDING_INTERVAL);
            }
            targets.add(target);
        }
        return targets;
    }

    private List<ShortForm> queries() {
        return form.mappings("queries").stream()
                .map(query -> query.allowing(QUERY_KEYS))
                .toList();
    }

    private static boolean isRecorded(ShortForm query) {
        return Expression.of(query.text("expr")).selectors().stream().anyMatch(Expression.Selector::recorded);
    }

    private String format() {
        return type.equals("table") ? "table" : type.equals("heatmap") ? "heatmap" : "time_series";
    }

    private static String refId(int index) {
        return Character.toString((char) ('A' + index));
    }

    /** The units of columns of a table and of what is drawn against the right axis. */
    private List<Object> overrides() {
        List<Object> overrides = new ArrayList<>();
        List<ShortForm> queries = queries();
        for (int i = 0; i < queries.size(); i++) {
            ShortForm query = queries.get(i);
            if (query.values().containsKey("column")) {
                overrides.add(override(
                        "byName",
                        valueColumn(i, queries.size()),
                        query.text("unit"),
                        "displayName",
                        query.text("column")));
            } else if (query.values().containsKey("right")) {
                overrides.add(override("byFrameRefID", refId(i), query.text("right"), "custom.axisPlacement", "right"));
            }
        }
        return overrides;
    }

    private static Map<String, Object> override(String by, String what, String unit, String property, Object value) {
        return object(
                "matcher",
                object("id", by, "options", what),
                "properties",
                List.of(object("id", "unit", "value", unit), object("id", property, "value", value)));
    }

    /** Grafana calls the values of the only query Value, and those of several by their letter. */
    private static String valueColumn(int index, int queries) {
        return queries == 1 ? "Value" : "Value #" + refId(index);
    }

    /** The instant of a table's queries tells nothing, nor does the value of a series that is always 1. */
    private Map<String, Object> hiddenColumns() {
        Map<String, Object> hidden = object("Time", true);
        List<ShortForm> queries = queries();
        for (int i = 0; i < queries.size(); i++) {
            if (!queries.get(i).values().containsKey("column")) {
                hidden.put(valueColumn(i, queries.size()), true);
            }
        }
        return object("id", "organize", "options", object("excludeByName", hidden));
    }
}
