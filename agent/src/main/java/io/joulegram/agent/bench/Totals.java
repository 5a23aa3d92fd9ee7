package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.load.LoadWindow;
import io.joulegram.power.Component;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Work and energy of a span of time, or of several.
 *
 * @param load requests and tokens
 * @param energy energy and hardware; empty without an agent
 * @param conditions what holds for all of it
 */
record Totals(LoadWindow load, Optional<EnergyWindow> energy, Conditions conditions) {
    /** This span and another one, under the same conditions. */
    Totals plus(Totals other) {
        Optional<EnergyWindow> both = energy.flatMap(own -> other.energy.map(own::plus));
        return new Totals(load.plus(other.load), both, conditions);
    }

    /** Energy within a boundary, idle included. */
    OptionalDouble loadedJoules(Boundary boundary) {
        return energy.map(window -> window.joules(boundary)).orElseGet(OptionalDouble::empty);
    }

    /** Energy within a boundary above what it draws at rest; empty if that was not measured. */
    OptionalDouble activeJoules(Boundary boundary) {
        OptionalDouble loaded = loadedJoules(boundary);
        OptionalDouble rest = conditions.restWatts(boundary);
        return loaded.isPresent() && rest.isPresent()
                ? OptionalDouble.of(loaded.getAsDouble() - rest.getAsDouble() * load.seconds())
                : OptionalDouble.empty();
    }

    /** GPU energy above rest that the prompts took. */
    OptionalDouble prefillJoules() {
        return product(
                conditions.prefillJoulesPerToken(), OptionalDouble.of(load.promptTokens() - load.cachedTokens()));
    }

    /** GPU energy above rest that the prompts did not take; below 0 where chance has it. */
    OptionalDouble decodeJoules() {
        OptionalDouble active = activeJoules(Boundary.GPU);
        OptionalDouble prefill = prefillJoules();
        if (active.isEmpty() || prefill.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(active.getAsDouble() - prefill.getAsDouble());
    }

    /** How far energy at rest, which is taken off, may be wrong by chance: half of the 95 % interval. */
    double restErrorJoules(Boundary boundary) {
        return conditions.restErrorJoules(boundary, load.seconds());
    }

    /** The same of energy of prompts, which is taken off, too; that of rest is in it. */
    double prefillErrorJoules() {
        double tokens = load.promptTokens() - load.cachedTokens();
        return tokens
                * conditions.prefill().map(each -> each.statistical().orElse(0)).orElse(0.0);
    }

    /** Grams of CO2e of an amount of energy, at the intensity that held. */
    OptionalDouble grams(OptionalDouble joules) {
        return energy.map(window -> window.grams(joules)).orElseGet(OptionalDouble::empty);
    }

    /** Grams of the facility's energy. */
    OptionalDouble operationalGrams() {
        return grams(loadedJoules(Boundary.FACILITY));
    }

    /** Grams of the facility's energy above what it draws at rest. */
    OptionalDouble activeGrams() {
        return grams(activeJoules(Boundary.FACILITY));
    }

    /** Grams of the making of the hardware that fall due. */
    OptionalDouble embodiedGrams() {
        return energy.map(EnergyWindow::embodiedGrams).orElseGet(OptionalDouble::empty);
    }

    /** Both. */
    OptionalDouble grams() {
        OptionalDouble operational = operationalGrams();
        OptionalDouble embodied = embodiedGrams();
        return operational.isPresent() && embodied.isPresent()
                ? OptionalDouble.of(operational.getAsDouble() + embodied.getAsDouble())
                : OptionalDouble.empty();
    }

    OptionalDouble perOutputToken(OptionalDouble amount) {
        return per(amount, load.outputTokens());
    }

    OptionalDouble perRequest(OptionalDouble amount) {
        return per(amount, load.requests());
    }

    OptionalDouble perToken(OptionalDouble amount) {
        return per(amount, load.outputTokens() + load.servedPromptTokens());
    }

    OptionalDouble perSecond(double amount) {
        return OptionalDouble.of(amount / load.seconds());
    }

    /** A product of two figures; empty where either is. */
    static OptionalDouble product(OptionalDouble one, OptionalDouble two) {
        return one.isPresent() && two.isPresent()
                ? OptionalDouble.of(one.getAsDouble() * two.getAsDouble())
                : OptionalDouble.empty();
    }

    static OptionalDouble per(OptionalDouble amount, double count) {
        return amount.isPresent() && count > 0
                ? OptionalDouble.of(amount.getAsDouble() / count)
                : OptionalDouble.empty();
    }

    OptionalDouble watts(Component part) {
        return energy.map(window -> window.watts(part)).orElseGet(OptionalDouble::empty);
    }

    /** Share of the operations that the accelerators could have done. */
    OptionalDouble modelFlopsUtilization() {
        OptionalDouble peak = conditions.peakFlops();
        if (conditions.model().isEmpty() || peak.isEmpty()) {
            return OptionalDouble.empty();
        }
        double flops = conditions
                .model()
                .get()
                .of(load.promptTokens() - load.cachedTokens(), load.outputTokens(), load.attendedTokens());
        return OptionalDouble.of(flops / load.seconds() / peak.getAsDouble());
    }
}
