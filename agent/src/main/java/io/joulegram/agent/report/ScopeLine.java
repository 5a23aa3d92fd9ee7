package io.joulegram.agent.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Grams of one scope of the GHG Protocol, for the owner of the machines. The two of scope 2 are two views of one thing and
 * must not be added.
 *
 * @param name {@code scope 2, location-based}, {@code scope 2, market-based} or {@code scope 3, making, amortized}
 * @param grams CO2e
 * @param lowGrams lower bound; empty where none is known
 * @param highGrams upper bound; empty where none is known
 */
public record ScopeLine(String name, double grams, OptionalDouble lowGrams, OptionalDouble highGrams) {
    /** The scopes of a line, those that are known. */
    static List<ScopeLine> of(Line line) {
        List<ScopeLine> scopes = new ArrayList<>();
        line.operationalGrams().ifPresent(grams -> scopes.add(operational("scope 2, location-based", grams)));
        line.marketGrams().ifPresent(grams -> scopes.add(operational("scope 2, market-based", grams)));
        scopes.add(new ScopeLine(
                "scope 3, making, amortized",
                line.embodiedGrams(),
                OptionalDouble.of(line.embodiedLowGrams()),
                OptionalDouble.of(line.embodiedHighGrams())));
        return scopes;
    }

    private static ScopeLine operational(String name, double grams) {
        return new ScopeLine(name, grams, OptionalDouble.empty(), OptionalDouble.empty());
    }
}
