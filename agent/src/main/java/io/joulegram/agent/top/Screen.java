package io.joulegram.agent.top;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What {@code joulegram top} shows: one agent in full, or many with a line each. Immutable. */
public final class Screen {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final int BAR = 20;
    private static final int BUDGET_BAR = 12;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MICROJOULES_PER_JOULE = 1e6;
    private static final String DEVICES = "%-11s %8s %8s %-" + BAR + "s %5s %6s %s";
    private static final String MODELS = "%-24s %8s %10s %6s %9s %10s %7s";
    private static final String WORKLOADS = "%-52s %9s %6s %9s";
    private static final int MOST_WORKLOADS = 8;
    private static final String AGENTS = "%-22s %9s %8s %10s %10s %8s %s";

    private final List<Row> rows;

    private Screen(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /**
     * The screen for these agents.
     *
     * @param rates that have noted them
     */
    public static Screen of(List<AgentView> views, TokenRates rates, LocalTime time) {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(Row.Style.TITLE, title(views, time)));
        if (views.size() == 1) {
            one(rows, views.get(0), rates);
        } else {
            many(rows, views, rates);
        }
        return new Screen(rows);
    }

    /** The screen in this many columns and lines; says on its last line how much more there would be. */
    public List<String> lines(int columns, int lines, boolean colours) {
        List<Row> fitting = rows;
        if (rows.size() > lines) {
            fitting = new ArrayList<>(rows.subList(0, Math.max(0, lines - 1)));
            fitting.add(Row.head("... " + (rows.size() - lines + 1) + " more lines"));
        }
        return fitting.stream().map(row -> row.shown(columns, colours)).toList();
    }

    private static String title(List<AgentView> views, LocalTime time) {
        AgentView first = views.get(0);
        String what = views.size() == 1 ? first.address().label() : views.size() + " agents";
        boolean simulated =
                views.stream().anyMatch(view -> contains(view.status().path("meters"), "source", "simulated"));
        return "Joulegram  " + what + (simulated ? "  simulated" : "") + "  " + time.format(TIME);
    }

    private static boolean contains(JsonNode nodes, String field, String value) {
        return nodes.findValuesAsText(field).contains(value);
    }

    private static void one(List<Row> rows, AgentView view, TokenRates rates) {
        if (!view.answered()) {
            rows.add(new Row(Row.Style.BAD, "no news: " + view.problem()));
            return;
        }
        rows.add(Row.plain(headline(view, rates)));
        devices(rows, view.status());
        models(rows, view, rates);
        workloads(rows, view.summary().path("workloads"));
        budgets(rows, view.summary());
        quality(rows, view);
    }

    private static String headline(AgentView view, TokenRates rates) {
        JsonNode figure = Figures.perToken(Figures.busiest(view.summary()), "facility", "loaded");
        JsonNode grid = Figures.intensity(view.summary());
        return String.join(
                "   ",
                Figures.si(Figures.watts(view.status()), "W"),
                Figures.si(rates.of(view), "") + " tok/s",
                Figures.si(Figures.number(figure.path("joulesPerToken")), "J") + "/token",
                Figures.si(Figures.number(figure.path("gramsPerToken")), "g") + "/token",
                grid.isMissingNode()
                        ? "no grid intensity"
                        : Figures.plain(grid.path("gramsPerKwh").asDouble()) + " g/kWh "
                                + grid.path("zone").asText());
    }

    private static void devices(List<Row> rows, JsonNode status) {
        rows.add(Row.head(line(DEVICES, "DEVICE", "POWER", "LIMIT", "", "USED", "+-", "SOURCE")));
        for (JsonNode meter : status.path("meters")) {
            JsonNode gpu = gpu(status, meter);
            OptionalDouble watts = Figures.number(meter.path("watts"));
            OptionalDouble limit = Figures.number(gpu.path("powerLimitWatts"));
            OptionalDouble share = watts.isPresent() && limit.isPresent() && limit.getAsDouble() > 0
                    ? OptionalDouble.of(watts.getAsDouble() / limit.getAsDouble())
                    : OptionalDouble.empty();
            boolean live = meter.path("live").asBoolean();
            rows.add(new Row(
                    live ? Row.Style.PLAIN : Row.Style.BAD,
                    line(
                            DEVICES,
                            meter.path("domain").asText() + " "
                                    + meter.path("device").asText(),
                            live ? Figures.si(watts, "W") : "lost",
                            limit.isPresent() ? Figures.si(limit, "W") : "",
                            share.isPresent() ? bar(share.getAsDouble(), BAR) : "",
                            gpu.isMissingNode() ? "" : Figures.percent(Figures.number(gpu.path("utilizationRatio"))),
                            Figures.percent(uncertainty(meter)),
                            meter.path("source").asText())));
        }
    }

    private static JsonNode gpu(JsonNode status, JsonNode meter) {
        if (meter.path("domain").asText().equals("gpu")) {
            for (JsonNode gpu : status.path("gpus")) {
                if (gpu.path("device").asText().equals(meter.path("device").asText())) {
                    return gpu;
                }
            }
        }
        return status.path("none");
    }

    private static OptionalDouble uncertainty(JsonNode meter) {
        for (JsonNode stream : meter.path("streams")) {
            if (stream.path("source").equals(meter.path("source"))) {
                return Figures.number(stream.path("uncertaintyRatio"));
            }
        }
        return OptionalDouble.empty();
    }

    private static void models(List<Row> rows, AgentView view, TokenRates rates) {
        rows.add(Row.head(line(MODELS, "MODEL", "TOK/S", "J/TOKEN", "+-", "NO IDLE", "CO2E/TOKEN", "RUN")));
        for (JsonNode model : view.summary().path("models")) {
            JsonNode loaded = Figures.perToken(model, "facility", "loaded");
            JsonNode active = Figures.perToken(model, "facility", "active");
            rows.add(Row.plain(line(
                    MODELS,
                    model.path("model").asText(),
                    Figures.si(rates.of(view, model), ""),
                    Figures.si(Figures.number(loaded.path("joulesPerToken")), "J"),
                    Figures.percent(Figures.number(loaded.path("uncertaintyRatio"))),
                    Figures.si(Figures.number(active.path("joulesPerToken")), "J"),
                    Figures.si(Figures.number(loaded.path("gramsPerToken")), "g"),
                    Figures.si(Figures.number(model.path("requests").path("running")), ""))));
        }
        if (view.summary().path("models").isEmpty()) {
            rows.add(new Row(Row.Style.WARN, "none has been seen yet"));
        }
    }

    /** Those that used most since the start; the agent tells them in that order, and after them what is nobody's. */
    private static void workloads(List<Row> rows, JsonNode workloads) {
        JsonNode entries = workloads.path("energy");
        if (entries.isEmpty()) {
            return;
        }
        double whole = Figures.sum(workloads.path("pendingMicrojoules"))
                + Figures.sum(workloads.path("retiredMicrojoules"))
                + Figures.sum(workloads.path("others").path("microjoules"));
        for (JsonNode entry : entries) {
            whole += Figures.sum(entry.path("microjoules"));
        }
        rows.add(Row.head(line(WORKLOADS, "WORKLOAD", "ENERGY", "SHARE", "CO2E")));
        int shown = 0;
        int left = 0;
        for (JsonNode entry : entries) {
            if (entry.path("kind").asText().equals("none") || shown++ < MOST_WORKLOADS) {
                double energy = Figures.sum(entry.path("microjoules"));
                rows.add(Row.plain(line(
                        WORKLOADS,
                        Figures.workload(entry),
                        Figures.si(OptionalDouble.of(energy / MICROJOULES_PER_JOULE), "J"),
                        Figures.percent(whole > 0 ? OptionalDouble.of(energy / whole) : OptionalDouble.empty()),
                        Figures.si(Figures.number(entry.path("operationalGrams")), "g"))));
            } else {
                left++;
            }
        }
        left += workloads.path("others").path("workloads").asInt();
        if (left > 0) {
            rows.add(Row.head("and " + left + (left == 1 ? " workload" : " workloads") + " that used less"));
        }
    }

    private static void budgets(List<Row> rows, JsonNode summary) {
        for (JsonNode budget : summary.path("budgets")) {
            double limit = budget.path("limitGrams").asDouble();
            double share = budget.path("usedGrams").asDouble() / limit;
            OptionalDouble projected = Figures.number(budget.path("projectedGrams"));
            boolean over = share > 1 || projected.orElse(0) > limit;
            rows.add(new Row(
                    over ? Row.Style.BAD : Row.Style.PLAIN,
                    String.format(
                            Locale.ROOT,
                            "budget %s %s %s of %s, %s of %s gone, ends at %s",
                            budget.path("budget").asText(),
                            bar(share, BUDGET_BAR),
                            Figures.percent(OptionalDouble.of(share)),
                            Figures.si(OptionalDouble.of(limit), "g"),
                            Figures.percent(Figures.number(budget.path("elapsedRatio"))),
                            budget.path("period").asText(),
                            Figures.si(projected, "g"))));
        }
    }

    private static void quality(List<Row> rows, AgentView view) {
        double unobserved = 0;
        for (JsonNode meter : view.status().path("meters")) {
            unobserved += meter.path("unobservedNanos").asDouble() / NANOS_PER_SECOND;
        }
        if (unobserved > 0) {
            rows.add(new Row(Row.Style.WARN, Figures.plain(unobserved) + " s of devices were not observed"));
        }
        rows.addAll(down(view));
    }

    private static List<Row> down(AgentView view) {
        List<Row> rows = new ArrayList<>();
        for (JsonNode source : view.status().path("sources")) {
            if (!source.path("up").asBoolean()) {
                rows.add(new Row(
                        Row.Style.BAD,
                        "source " + source.path("name").asText() + " is down: "
                                + source.path("reason").asText()));
            }
        }
        for (JsonNode server : view.status().path("servers")) {
            if (!server.path("up").asBoolean()) {
                rows.add(new Row(
                        Row.Style.BAD,
                        "server " + server.path("server").asText() + " is down: "
                                + server.path("lastError").asText()));
            }
        }
        return rows;
    }

    private static void many(List<Row> rows, List<AgentView> views, TokenRates rates) {
        rows.add(Row.head(line(AGENTS, "AGENT", "POWER", "TOK/S", "J/TOKEN", "CO2E/TOKEN", "BUDGET", "STATE")));
        for (AgentView view : views) {
            JsonNode figure = Figures.perToken(Figures.busiest(view.summary()), "facility", "loaded");
            int down = down(view).size();
            rows.add(new Row(
                    view.answered() ? down == 0 ? Row.Style.PLAIN : Row.Style.WARN : Row.Style.BAD,
                    line(
                            AGENTS,
                            view.address().label(),
                            Figures.si(Figures.watts(view.status()), "W"),
                            Figures.si(rates.of(view), ""),
                            Figures.si(Figures.number(figure.path("joulesPerToken")), "J"),
                            Figures.si(Figures.number(figure.path("gramsPerToken")), "g"),
                            Figures.percent(fullestBudget(view.summary())),
                            view.answered() ? down == 0 ? "ok" : down + " down" : "no news")));
        }
        rows.add(total(views, rates));
        for (AgentView view : views) {
            if (view.answered()) {
                rows.addAll(down(view));
            } else {
                rows.add(new Row(Row.Style.BAD, view.address().label() + ": " + view.problem()));
            }
        }
    }

    private static Row total(List<AgentView> views, TokenRates rates) {
        double watts = views.stream()
                .mapToDouble(view -> Figures.watts(view.status()).orElse(0))
                .sum();
        double tokens =
                views.stream().mapToDouble(view -> rates.of(view).orElse(0)).sum();
        return new Row(
                Row.Style.TITLE,
                line(
                        AGENTS,
                        "all that answered",
                        Figures.si(OptionalDouble.of(watts), "W"),
                        Figures.si(OptionalDouble.of(tokens), ""),
                        "",
                        "",
                        "",
                        ""));
    }

    private static OptionalDouble fullestBudget(JsonNode summary) {
        List<Double> shares = new ArrayList<>();
        for (JsonNode budget : summary.path("budgets")) {
            shares.add(budget.path("usedGrams").asDouble()
                    / budget.path("limitGrams").asDouble());
        }
        return shares.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Collections.max(shares));
    }

    private static String bar(double share, int width) {
        int full = (int) Math.round(Math.max(0, Math.min(1, share)) * width);
        return "#".repeat(full) + ".".repeat(width - full);
    }

    @SuppressWarnings("AnnotateFormatMethod") // The formats are the columns of the tables above.
    private static String line(String columns, Object... cells) {
        return String.format(Locale.ROOT, columns, cells);
    }
}
