package io.joulegram.dashboards;

import static io.joulegram.dashboards.Ordered.object;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A dashboard of Grafana, made from its short form: panels flow from left to right and from row to row, and variables,
 * links and annotations are the same everywhere; annotations are of agents, and so only where agents are shown.
 */
final class DashboardJson {
    /** Of Grafana 11. */
    private static final int SCHEMA_VERSION = 39;

    private static final int COLUMNS = 24;
    private static final Set<String> KEYS =
            Set.of("uid", "title", "description", "variables", "of", "one-host", "time", "panels");

    /** What every agent has a series of. */
    private static final String AGENT = "joulegram_build_info";

    /** What the choices of a variable are asked by. A label that a host does not have matches {@code .*} alone. */
    private final Map<String, String> choices;

    private final ShortForm form;
    private final boolean ofAgents;

    DashboardJson(ShortForm form) {
        this.form = form.allowing(KEYS);
        String present = String.valueOf(form.optional("of").orElse(AGENT));
        ofAgents = present.equals(AGENT);
        choices = choiceQueries(present);
    }

    /** @param present a series of whatever is chosen by its instance */
    private static Map<String, String> choiceQueries(String present) {
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put("cluster", "label_values(" + present + ", cluster)");
        queries.put("job", "label_values(" + present + "{cluster=~\"$cluster\"}, job)");
        queries.put("instance", "label_values(" + present + "{cluster=~\"$cluster\", job=~\"$job\"}, instance)");
        queries.put("server", Selectors.expand("label_values(joulegram_server_up{@host}, server)"));
        queries.put(
                "model",
                Selectors.expand("label_values(joulegram_phase_split_info{@host, server=~\"$server\"}, model)"));
        queries.put("device", Selectors.expand("label_values(joulegram_gpu_info{@host}, device)"));
        queries.put("budget", Selectors.expand("label_values(joulegram_carbon_budget_grams{@host}, budget)"));
        queries.put("kind", Selectors.expand("label_values(joulegram_workload_energy_joules_total{@host}, kind)"));
        queries.put("tenant", Selectors.expand("label_values(joulegram_proxy_tenant_requests_total{@host}, tenant)"));
        return queries;
    }

    Map<String, Object> json() {
        return object(
                "uid",
                form.text("uid"),
                "title",
                form.text("title"),
                "description",
                form.text("description"),
                "tags",
                List.of("joulegram", "energy", "carbon", "llm"),
                "schemaVersion",
                SCHEMA_VERSION,
                "version",
                1,
                "editable",
                false,
                "graphTooltip",
                1,
                "timezone",
                "browser",
                "refresh",
                "30s",
                "time",
                object("from", form.optional("time").orElse("now-1h"), "to", "now"),
                "timepicker",
                object(),
                "annotations",
                object("list", ofAgents ? annotations() : List.of()),
                "links",
                List.of(link()),
                "templating",
                object("list", variables()),
                "panels",
                panels());
    }

    private static Map<String, Object> link() {
        return object(
                "title",
                "Joulegram",
                "type",
                "dashboards",
                "icon",
                "external link",
                "tooltip",
                "",
                "url",
                "",
                "tags",
                List.of("joulegram"),
                "asDropdown",
                true,
                "includeVars",
                true,
                "keepTime",
                true,
                "targetBlank",
                false);
    }

    private static List<Object> annotations() {
        return List.of(
                annotation(
                        "Agent starts",
                        "blue",
                        "process_start_time_seconds{@host} * 1000 and on (cluster, job, instance) joulegram_build_info{@host}",
                        "{{instance}}: agent starts",
                        true),
                annotation(
                        "Budget begins anew",
                        "green",
                        "resets(joulegram_carbon_budget_elapsed_ratio{@host}[2m]) > 0",
                        "{{instance}}: a new {{period}} of budget {{budget}}",
                        false),
                annotation(
                        "Intensity from another provider",
                        "orange",
                        "(joulegram_grid_carbon_intensity_info{@host} unless joulegram_grid_carbon_intensity_info{@host}"
                                + " offset 2m) and on (cluster, job, instance) (joulegram_build_info{@host} offset 2m)",
                        "{{instance}}: {{basis}} intensity from {{provider}}, {{zone}}",
                        false),
                annotation(
                        "Energy from another source",
                        "purple",
                        "increase(joulegram_energy_source_switches_total{@host}[2m]) > 0",
                        "{{instance}}: energy of {{domain}} {{device}} from another source",
                        false));
    }

    private static Map<String, Object> annotation(
            String name, String colour, String expression, String text, boolean valueIsTheTime) {
        Map<String, Object> annotation = object(
                "name",
                name,
                "datasource",
                PanelJson.DATA_SOURCE,
                "enable",
                true,
                "hide",
                false,
                "iconColor",
                colour,
                "expr",
                Selectors.expand(expression),
                "step",
                "60s",
                "titleFormat",
                text,
                "textFormat",
                "");
        if (valueIsTheTime) {
            annotation.put("useValueForTime", true);
        }
        return annotation;
    }

    private List<Object> variables() {
        List<Object> variables = new ArrayList<>();
        variables.add(object(
                "name",
                "datasource",
                "label",
                "Data source",
                "type",
                "datasource",
                "query",
                "prometheus",
                "multi",
                false,
                "includeAll",
                false,
                "refresh",
                1,
                "regex",
                "",
                "options",
                List.of(),
                "current",
                object("text", "default", "value", "default"),
                "hide",
                0));
        List<?> more = form.list("variables");
        choices.forEach((name, query) -> {
            if (Set.of("cluster", "job", "instance").contains(name) || more.contains(name)) {
                boolean one = form.flag("one-host") && name.equals("instance");
                variables.add(variable(name, query, !one));
            }
        });
        return variables;
    }

    /** @param many whether all may be chosen, and are at first; else one is, at first the first */
    private static Map<String, Object> variable(String name, String query, boolean many) {
        Map<String, Object> variable = object(
                "name",
                name,
                "label",
                name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1),
                "type",
                "query",
                "datasource",
                PanelJson.DATA_SOURCE,
                "query",
                object("query", query, "refId", "Variable-" + name, "qryType", 1),
                "definition",
                query,
                "refresh",
                2,
                "sort",
                3,
                "multi",
                many,
                "includeAll",
                many,
                "regex",
                "",
                "options",
                List.of(),
                "current",
                many ? object("text", List.of("All"), "value", List.of("$__all")) : object(),
                "hide",
                0);
        if (many) {
            variable.put("allValue", ".*");
        }
        return variable;
    }

    private List<Object> panels() {
        List<Object> panels = new ArrayList<>();
        int x = 0;
        int y = 0;
        int rowHeight = 0;
        for (ShortForm each : form.mappings("panels")) {
            boolean isRow = each.values().containsKey("row");
            PanelJson panel = isRow ? null : new PanelJson(each);
            int width = panel == null ? COLUMNS : panel.width();
            if (x + width > COLUMNS) {
                x = 0;
                y += rowHeight;
                rowHeight = 0;
            }
            int height = panel == null ? 1 : panel.height();
            Map<String, Object> place = object("x", x, "y", y, "w", width, "h", height);
            int id = panels.size() + 1;
            panels.add(panel == null ? row(id, each.text("row"), place) : panel.json(id, place));
            x += width;
            rowHeight = Math.max(rowHeight, height);
        }
        return panels;
    }

    private static Map<String, Object> row(int id, String title, Map<String, Object> place) {
        return object(
                "id", id, "type", "row", "title", title, "collapsed", false, "gridPos", place, "panels", List.of());
    }
}
