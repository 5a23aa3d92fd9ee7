package io.joulegram.agent.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.report.Table;
import io.joulegram.agent.report.Units;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a command took, for people and for programs. What is not known is left out. */
public final class ProfileReport {
    private static final String SCHEMA = "joulegram-profile/1";
    private static final ObjectMapper JSON = new ObjectMapper();

    private ProfileReport() {}

    /** As text. */
    public static String text(ProfileResult result) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < result.runs().size(); i++) {
            ProfiledRun run = result.runs().get(i);
            out.append(String.format(
                    Locale.ROOT,
                    "%s: %.2f s, exit status %d%s%n",
                    String.join(" ", result.command()),
                    run.seconds(),
                    run.status(),
                    result.runs().size() > 1 ? ", run " + (i + 1) : ""));
            run(out, result, run);
        }
        if (result.runs().size() > 1) {
            repeats(out, result);
        }
        return Table.printable(out.toString());
    }

    private static void run(StringBuilder out, ProfileResult result, ProfiledRun run) {
        if (run.energy().isEmpty()) {
            out.append(
                    "The agent did not tell of this time. It was silent for more than five seconds, or began anew.\n");
            return;
        }
        EnergyWindow energy = run.energy().get();
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "energy", "+-", "mean", "peak"));
        for (Component part : Component.values()) {
            Double joules = energy.joules().get(part);
            if (joules != null && (part != Component.OVERHEAD || joules > 0)) {
                Double peak = run.peakWatts().get(part);
                rows.add(List.of(
                        part.label(),
                        Units.number(joules) + " J",
                        "",
                        Units.number(joules / run.seconds()) + " W",
                        peak == null ? "" : Units.number(peak) + " W"));
            }
        }
        for (Boundary boundary : List.of(Boundary.HOST, Boundary.FACILITY)) {
            OptionalDouble joules = run.joules(boundary);
            OptionalDouble half = run.halfJoules(boundary);
            joules.ifPresent(value -> rows.add(List.of(
                    boundary.label(),
                    Units.number(value) + " J",
                    half.isPresent() ? Units.number(half.getAsDouble()) + " J" : "",
                    Units.number(value / run.seconds()) + " W",
                    "")));
        }
        out.append(Table.of(rows));
        energy.untold()
                .forEach(part -> out.append("what ")
                        .append(part.label())
                        .append(" drew is not known for all of this time, and so not what it is a part of\n"));
        for (ProfiledRun.Stage stage : run.stages()) {
            out.append(String.format(
                    Locale.ROOT,
                    "%-6s %.1f to %.1f s, %s W%n",
                    stage.name(),
                    stage.fromSeconds(),
                    stage.untilSeconds(),
                    Units.number(stage.watts())));
        }
        result.aboveRest(run, Boundary.HOST)
                .ifPresent(above -> out.append("above rest (")
                        .append(Units.number(result.restWatts(Boundary.HOST)))
                        .append(" W): ")
                        .append(Units.number(above.value()))
                        .append(" J")
                        .append(above.half().isPresent() ? " +- " + Units.number(above.half()) + " J" : "")
                        .append('\n'));
        carbon(out, run);
        tokens(out, run);
    }

    private static OptionalDouble operationalGrams(ProfiledRun run) {
        return run.energy()
                .map(energy -> energy.grams(run.joules(Boundary.FACILITY)))
                .orElseGet(OptionalDouble::empty);
    }

    private static void carbon(StringBuilder out, ProfiledRun run) {
        OptionalDouble operational = operationalGrams(run);
        OptionalDouble embodied = run.energy().map(EnergyWindow::embodiedGrams).orElseGet(OptionalDouble::empty);
        operational.ifPresent(
                grams -> out.append("operational ").append(Units.number(grams)).append(" gCO2e\n"));
        embodied.ifPresent(
                grams -> out.append("embodied ").append(Units.number(grams)).append(" gCO2e\n"));
    }

    private static void tokens(StringBuilder out, ProfiledRun run) {
        OptionalDouble tokens = run.energy().map(EnergyWindow::outputTokens).orElseGet(OptionalDouble::empty);
        OptionalDouble joules = run.joules(Boundary.HOST);
        if (tokens.orElse(0) > 0 && joules.isPresent()) {
            out.append(String.format(
                    Locale.ROOT,
                    "%.0f tokens written, %s J/token (host)%n",
                    tokens.getAsDouble(),
                    Units.number(joules.getAsDouble() / tokens.getAsDouble())));
        }
    }

    private static void repeats(StringBuilder out, ProfileResult result) {
        mean(result, Boundary.HOST)
                .ifPresent(mean -> out.append("mean of ")
                        .append(result.runs().size())
                        .append(" runs: ")
                        .append(Units.number(mean.value()))
                        .append(" J +- ")
                        .append(Units.number(mean.half()))
                        .append(" J (95 %), of which ")
                        .append(Units.number(mean.statistical()))
                        .append(" J from the spread of the runs\n"));
    }

    private static Optional<Estimate> mean(ProfileResult result, Boundary boundary) {
        double[] joules = result.runs().stream()
                .flatMapToDouble(run -> run.joules(boundary).stream())
                .toArray();
        if (joules.length < 2) {
            return Optional.empty();
        }
        double mean = Arrays.stream(joules).average().orElseThrow();
        Optional<Double> ratio =
                result.runs().get(0).energy().map(EnergyWindow::uncertainty).map(all -> all.get(boundary));
        return Optional.of(new Estimate(
                mean, Estimates.half(joules), ratio.map(OptionalDouble::of).orElseGet(OptionalDouble::empty)));
    }

    /** As JSON. */
    public static String json(ProfileResult result) {
        ObjectNode root = JSON.createObjectNode().put("schema", SCHEMA);
        result.command().forEach(root.putArray("command")::add);
        ArrayNode runs = root.putArray("runs");
        result.runs().forEach(run -> run(runs.addObject(), result, run));
        for (Boundary boundary : List.of(Boundary.HOST, Boundary.FACILITY)) {
            mean(result, boundary).ifPresent(mean -> estimate(root.putObject(boundary.label() + "JoulesMean"), mean));
        }
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void estimate(ObjectNode node, Estimate estimate) {
        node.put("value", estimate.value());
        estimate.half().ifPresent(half -> node.put("half95", half));
    }

    private static void run(ObjectNode node, ProfileResult result, ProfiledRun run) {
        node.put("seconds", run.seconds()).put("status", run.status());
        if (run.energy().isEmpty()) {
            return;
        }
        EnergyWindow energy = run.energy().get();
        ObjectNode joules = node.putObject("joules");
        energy.joules().forEach((part, value) -> joules.put(part.label(), value));
        ObjectNode peaks = node.putObject("peakWatts");
        run.peakWatts().forEach((part, watts) -> peaks.put(part.label(), watts));
        for (Boundary boundary : List.of(Boundary.HOST, Boundary.FACILITY)) {
            run.joules(boundary)
                    .ifPresent(value -> estimate(
                            node.putObject(boundary.label() + "Joules"),
                            new Estimate(value, run.halfJoules(boundary), OptionalDouble.empty())));
            result.aboveRest(run, boundary)
                    .ifPresent(above -> estimate(node.putObject(boundary.label() + "JoulesAboveRest"), above));
            result.restWatts(boundary).ifPresent(watts -> node.put(boundary.label() + "RestWatts", watts));
        }
        ArrayNode stages = node.putArray("stages");
        run.stages()
                .forEach(stage -> stages.addObject()
                        .put("name", stage.name())
                        .put("fromSeconds", stage.fromSeconds())
                        .put("untilSeconds", stage.untilSeconds())
                        .put("watts", stage.watts()));
        operationalGrams(run).ifPresent(grams -> node.put("operationalGrams", grams));
        energy.embodiedGrams().ifPresent(grams -> node.put("embodiedGrams", grams));
        energy.promptTokens().ifPresent(tokens -> node.put("promptTokens", Math.round(tokens)));
        energy.outputTokens().ifPresent(tokens -> node.put("outputTokens", Math.round(tokens)));
        OptionalDouble host = run.joules(Boundary.HOST);
        if (energy.outputTokens().orElse(0) > 0 && host.isPresent()) {
            node.put(
                    "hostJoulesPerOutputToken",
                    host.getAsDouble() / energy.outputTokens().getAsDouble());
        }
    }
}
