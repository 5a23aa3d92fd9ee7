package io.joulegram.agent;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.RollingWindow;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.export.Snapshot.Load;
import io.joulegram.agent.export.Snapshot.PerToken;
import io.joulegram.agent.export.Snapshot.TokenKind;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Makes the figures per token of a model out of its window: what is divided, and how far it may be off, is the same for all
 * kinds of tokens. Used by the bookkeeping thread.
 */
final class PerTokenFigures {
    /** What was used inside a boundary in the window. */
    private record Use(
            Boundary boundary,
            Load load,
            double joules,
            OptionalDouble grams,
            OptionalDouble uncertaintyRatio,
            OptionalDouble gramsUncertaintyRatio) {
        PerToken over(TokenKind kind, long tokens) {
            return new PerToken(
                    kind,
                    boundary,
                    load,
                    joules / tokens,
                    grams.isPresent() ? OptionalDouble.of(grams.getAsDouble() / tokens) : grams,
                    uncertaintyRatio,
                    gramsUncertaintyRatio);
        }
    }

    private final Attribution attribution;
    private final boolean intensityKnown;

    /** @param intensityKnown whether there are grams of energy */
    PerTokenFigures(Attribution attribution, boolean intensityKnown) {
        this.attribution = attribution;
        this.intensityKnown = intensityKnown;
    }

    /** All figures of a window, by kind of token, boundary and load; empty without tokens. */
    List<PerToken> of(RollingWindow window, Uncertainties uncertainties) {
        if (window.tokens(true) == 0) {
            return List.of();
        }
        List<Use> uses = uses(window, uncertainties);
        List<PerToken> figures = new ArrayList<>();
        for (TokenKind kind : TokenKind.values()) {
            long tokens = window.tokens(kind == TokenKind.ALL);
            if (tokens > 0) {
                uses.forEach(use -> figures.add(use.over(kind, tokens)));
            }
        }
        return figures;
    }

    private List<Use> uses(RollingWindow window, Uncertainties uncertainties) {
        List<Use> uses = new ArrayList<>();
        for (Boundary boundary : Boundary.values()) {
            if (isKnown(window, boundary)) {
                for (Load load : Load.values()) {
                    if (load != Load.ACTIVE || window.isActiveKnown()) {
                        uses.add(use(window, uncertainties, boundary, load));
                    }
                }
            }
        }
        return uses;
    }

    private Use use(RollingWindow window, Uncertainties uncertainties, Boundary boundary, Load load) {
        Set<Component> components = boundary.components();
        boolean active = load == Load.ACTIVE;
        double grams = window.grams(components, active);
        OptionalDouble uncertainty = uncertainties.ofEnergy(
                components, part -> window.microjoules(Set.of(part), active), window.divisionRatio(components, active));
        OptionalDouble gramsUncertainty = intensityKnown && uncertainty.isPresent()
                ? uncertainties.ofGrams(
                        components, uncertainty.getAsDouble(), grams, part -> window.embodiedGrams(part, active))
                : OptionalDouble.empty();
        return new Use(
                boundary,
                load,
                window.microjoules(components, active) * 1e-6,
                intensityKnown ? OptionalDouble.of(grams) : OptionalDouble.empty(),
                uncertainty,
                gramsUncertainty);
    }

    /** A boundary is known if its main part is measured, and some of it was given to the model. */
    boolean isKnown(RollingWindow window, Boundary boundary) {
        Component main = boundary == Boundary.GPU ? Component.GPU : Component.CPU;
        return attribution.facilityMicrojoules().containsKey(main)
                && window.microjoules(boundary.components(), false) > 0;
    }
}
