package io.joulegram.agent.export;

import io.joulegram.agent.budget.BudgetState;
import io.joulegram.agent.budget.ObjectiveState;
import io.joulegram.agent.export.Snapshot.CarbonState;
import io.joulegram.agent.export.Snapshot.DeploymentState;
import io.joulegram.agent.export.Snapshot.EmbodiedState;
import io.joulegram.agent.export.Snapshot.GramsState;
import io.joulegram.agent.export.Snapshot.IntensityState;
import io.joulegram.agent.export.Snapshot.ModelState;
import io.joulegram.agent.export.Snapshot.PerToken;
import io.joulegram.agent.export.Snapshot.PhaseEnergy;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * {@code /api/v1/summary}: energy, carbon and figures per token of each model, what of the host's energy belongs to none,
 * and the same energy by workload of the host. Figures per token are of the last minute and missing without tokens in it.
 */
final class SummaryDocument {
    private static final long NANOS_PER_MILLI = 1_000_000;

    byte[] render(Snapshot snapshot) {
        boolean embodiedKnown = !snapshot.carbon().embodied().isEmpty();
        JsonObject document = new JsonObject();
        document.number("unixMillis", snapshot.wallMillis())
                .objects("models", snapshot.models(), (json, model) -> model(json, model, snapshot, embodiedKnown))
                .objects("deployments", snapshot.deployments(), SummaryDocument::deployment)
                .numbers("facilityMicrojoules", snapshot.facilityMicrojoules())
                .numbers("unattributedMicrojoules", snapshot.unattributedMicrojoules())
                .numbers("pendingMicrojoules", snapshot.pendingMicrojoules())
                .numbers("retiredMicrojoules", snapshot.retiredMicrojoules())
                .number("agentMicrojoules", snapshot.agentMicrojoules());
        carbon(document.object("carbon"), snapshot.carbon());
        snapshot.workloads()
                .ifPresent(state -> new WorkloadSummary(embodiedKnown).write(document.object("workloads"), state));
        document.objects("budgets", snapshot.kept().budgets(), SummaryDocument::budget)
                .objects("objectives", snapshot.kept().objectives(), SummaryDocument::objective);
        return document.toBytes();
    }

    private static void budget(JsonObject json, BudgetState state) {
        json.text("budget", state.budget().name())
                .text("period", state.budget().period().label())
                .text("scope", state.budget().scope().label())
                .number("startUnixMillis", state.startMillis())
                .number("endUnixMillis", state.endMillis())
                .number("limitGrams", state.budget().limitGrams())
                .number("usedGrams", state.usedGrams())
                .number("projectedGrams", state.projectedGrams())
                .number("elapsedRatio", state.elapsedRatio())
                .number("observedRatio", state.observedRatio());
    }

    private static void objective(JsonObject json, ObjectiveState state) {
        json.text("objective", state.objective().name())
                .number("windowSeconds", state.objective().window().toSeconds())
                .number("limitGramsPerToken", state.objective().gramsPerToken())
                .number("limitJoulesPerToken", state.objective().joulesPerToken())
                .number("tokens", state.tokens())
                .number("gramsPerToken", state.gramsPerToken())
                .number("joulesPerToken", state.joulesPerToken());
    }

    private static void model(JsonObject json, ModelState model, Snapshot snapshot, boolean embodiedKnown) {
        json.text("server", model.server())
                .text("model", model.model())
                .number("bookedUntilUnixMillis", bookedUntil(model, snapshot));
        json.object("tokens")
                .number("prompt", model.promptTokens())
                .number("promptCached", model.cachedPromptTokens())
                .number("generation", model.generatedTokens())
                .number("generationMade", model.madeTokens())
                .number("unattributed", model.unattributedTokens());
        json.object("requests")
                .number("running", model.requestsRunning())
                .number("waiting", model.requestsWaiting())
                .number("finished", model.requests())
                .number("seconds", model.requestSeconds());
        json.text("phaseMethod", model.phaseMethod())
                .objects("energy", model.energy(), SummaryDocument::energy)
                .number("operationalGrams", model.operationalGrams())
                .number(
                        "embodiedGrams",
                        embodiedKnown ? OptionalDouble.of(model.embodiedGrams()) : OptionalDouble.empty())
                .objects("perToken", model.perToken(), SummaryDocument::perToken)
                .objects(
                        "phasePerToken",
                        model.phasePerToken(),
                        (node, figure) ->
                                node.text("phase", figure.phase().label()).number("joulesPerToken", figure.joules()));
        model.sci().ifPresent(sci -> sci(json, sci));
        model.delayProducts().ifPresent(products -> delayProducts(json.object("delayProducts"), products));
    }

    private static void deployment(JsonObject json, DeploymentState state) {
        json.text("deployment", state.deployment())
                .text("model", state.model())
                .objects("perToken", state.perToken(), SummaryDocument::perToken);
    }

    private static OptionalLong bookedUntil(ModelState model, Snapshot snapshot) {
        return model.bookedUntilNanos().isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(snapshot.wallMillis()
                        - (snapshot.monotonicNanos() - model.bookedUntilNanos().getAsLong()) / NANOS_PER_MILLI);
    }

    private static void delayProducts(JsonObject json, DelayProducts products) {
        json.text("functionalUnit", "request that finished in the last minute")
                .number("functionalUnits", products.requests())
                .number("delaySeconds", products.delaySeconds())
                .number("energyJoules", products.joules())
                .number("operationalGrams", products.operationalGrams())
                .number("embodiedGrams", products.embodiedGrams())
                .number("edpJouleSeconds", products.energyDelay())
                .number("cdpGramSeconds", products.carbonDelay())
                .number("cepGramJoules", products.carbonEnergy())
                .number("tcdpGramSeconds", products.totalCarbonDelay());
    }

    private static void sci(JsonObject json, Sci sci) {
        json.number("sciGramsPerToken", sci.gramsPerToken());
        json.object("sci")
                .text("standard", "ISO/IEC 21031, (E x I + M) / R, of the last minute")
                .number("energyKwh", sci.energyKwh())
                .number("gramsPerKwh", sci.gramsPerKwh())
                .number("embodiedGrams", sci.embodiedGrams())
                .text("functionalUnit", "token, read or written")
                .number("functionalUnits", sci.tokens())
                .text("boundary", Sci.BOUNDARY);
    }

    private static void energy(JsonObject json, PhaseEnergy energy) {
        json.text("component", energy.component().label())
                .text("phase", energy.phase().label())
                .number("microjoules", energy.microjoules());
    }

    private static void perToken(JsonObject json, PerToken figure) {
        json.text("kind", figure.kind().label())
                .text("boundary", figure.boundary().label())
                .text("load", figure.load().label())
                .number("joulesPerToken", figure.joules())
                .number("gramsPerToken", figure.grams())
                .number("uncertaintyRatio", figure.uncertaintyRatio())
                .number("gramsUncertaintyRatio", figure.gramsUncertaintyRatio());
    }

    private static void carbon(JsonObject json, CarbonState carbon) {
        json.number("pueRatio", carbon.pue())
                .objects("grid", carbon.intensities(), SummaryDocument::intensity)
                .objects("grams", carbon.grams(), SummaryDocument::grams)
                .objects("embodied", carbon.embodied(), SummaryDocument::embodied);
    }

    private static void intensity(JsonObject json, IntensityState grid) {
        json.text("zone", grid.zone())
                .text("provider", grid.provider())
                .text("signal", grid.signal())
                .number("gramsPerKwh", grid.gramsPerKwh())
                .text("basis", grid.basis())
                .text("boundary", grid.boundary())
                .flag("headline", grid.headline())
                .number("carbonFreeRatio", grid.carbonFreeRatio())
                .number("ageSeconds", grid.ageSeconds())
                .text("dataset", grid.dataset());
    }

    private static void grams(JsonObject json, GramsState grams) {
        json.text("scope", grams.scope())
                .text("component", grams.component().label())
                .text("device", grams.device())
                .text("basis", grams.basis())
                .number("grams", grams.grams());
    }

    private static void embodied(JsonObject json, EmbodiedState embodied) {
        json.text("component", embodied.component().label())
                .text("device", embodied.device())
                .number("grams", embodied.grams())
                .number("lowGrams", embodied.lowGrams())
                .number("highGrams", embodied.highGrams())
                .number("lifetimeSeconds", embodied.lifetimeSeconds())
                .text("origin", embodied.origin())
                .objects(
                        "parts",
                        embodied.parts(),
                        (node, part) -> node.text("part", part.name())
                                .number("grams", part.grams())
                                .number("lowGrams", part.lowGrams())
                                .number("highGrams", part.highGrams())
                                .text("origin", part.origin()));
    }
}
