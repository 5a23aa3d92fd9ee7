package io.joulegram.agent.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalDouble;

/** A report as JSON with base units: joules, grams, seconds. What is not known is left out. */
public final class JsonReport {
    /** Changes when a reader of an earlier version would be misled. */
    static final String SCHEMA = "joulegram-report/1";

    private final ObjectMapper mapper = new ObjectMapper();

    /** The report as a document with line breaks. */
    public String of(Report report) {
        ObjectNode root = mapper.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("from", report.from().toString());
        root.put("until", report.until().toString());
        root.put("timeZone", report.zone().getId());
        report.hosts().forEach(root.putArray("hosts")::add);
        root.set("total", line(report.total()));
        for (ScopeLine scope : report.scopes()) {
            ObjectNode node = root.withArray("scopes").addObject().put("name", scope.name());
            node.put("grams", scope.grams());
            put(node, "lowGrams", scope.lowGrams());
            put(node, "highGrams", scope.highGrams());
        }
        lines(root.putArray("byHost"), report.byHost());
        lines(root.putArray("components"), report.byComponent());
        lines(root.putArray("devices"), report.byDevice());
        lines(root.putArray("models"), report.byModel());
        lines(root.putArray("workloads"), report.byWorkload());
        lines(root.putArray("days"), report.byDay());
        ArrayNode intensities = root.putArray("intensities");
        for (Report.IntensityUse use : report.intensities()) {
            intensities
                    .addObject()
                    .put("basis", use.basis())
                    .put("zone", use.zone())
                    .put("provider", use.provider())
                    .put("signal", use.signal())
                    .put("boundary", use.boundary())
                    .put("dataset", use.dataset())
                    .put("energyJoules", use.joules())
                    .put("meanGramsPerKwh", use.meanGramsPerKwh());
        }
        Report.Coverage coverage = report.coverage();
        ObjectNode observed = root.putObject("coverage")
                .put("observedRatio", coverage.observedRatio())
                .put("backfilledJoules", coverage.backfilledJoules())
                .put("unobservedDeviceSeconds", coverage.unobservedDeviceSeconds())
                .put("unpricedJoules", coverage.unpricedJoules());
        put(observed, "carbonFreeRatio", coverage.carbonFreeRatio());
        observed.put("unmixedJoules", coverage.unmixedJoules());
        report.bookedGrams().ifPresent(booked -> root.put("operationalGramsAsBooked", booked));
        Boundary.STATEMENTS.forEach(root.putArray("boundary")::add);
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void lines(ArrayNode array, List<Line> lines) {
        lines.forEach(line -> array.add(line(line)));
    }

    /** One line. */
    ObjectNode line(Line line) {
        ObjectNode node = mapper.createObjectNode();
        node.put("name", line.name());
        if (line.measured()) {
            node.put("energyJoules", line.joules());
            node.put("energyUncertaintyRatio", line.uncertaintyRatio());
        }
        put(node, "operationalLocationGrams", line.operationalGrams());
        put(node, "operationalMarketGrams", line.marketGrams());
        put(node, "operationalMarginalGrams", line.marginalGrams());
        node.put("embodiedGrams", line.embodiedGrams());
        node.put("embodiedLowGrams", line.embodiedLowGrams());
        node.put("embodiedHighGrams", line.embodiedHighGrams());
        line.phases()
                .ifPresent(phases -> node.putObject("energyByPhaseJoules")
                        .put("prefill", phases.prefillJoules())
                        .put("decode", phases.decodeJoules())
                        .put("idle", phases.idleJoules()));
        line.tokens()
                .ifPresent(tokens -> node.putObject("tokens")
                        .put("prompt", tokens.prompt())
                        .put("cached", tokens.cached())
                        .put("generated", tokens.generated()));
        put(node, "joulesPerGeneratedToken", line.joulesPerToken());
        put(node, "gramsPerGeneratedToken", line.gramsPerToken());
        return node;
    }

    private static void put(ObjectNode node, String name, OptionalDouble value) {
        value.ifPresent(known -> node.put(name, known));
    }
}
