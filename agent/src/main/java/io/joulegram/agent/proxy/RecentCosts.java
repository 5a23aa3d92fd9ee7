package io.joulegram.agent.proxy;

import java.util.OptionalDouble;

/** Energy over tokens of the newest intervals of a model, the older the less. Not thread-safe. */
final class RecentCosts {
    /** Forgets half in 14 intervals of a second. */
    private static final double KEPT = 0.95;

    private static final double JOULES_PER_MICROJOULE = 1e-6;

    private double prefillJoules;
    private double promptTokens;
    private double decodeJoules;
    private double outputTokens;
    private double joules;
    private double grams;
    private boolean gramsKnown;

    /** Adds an interval between two readings; one without tokens tells nothing and lets nothing be forgotten. */
    void add(ModelReading before, ModelReading now) {
        long prompts = now.computedPromptTokens() - before.computedPromptTokens();
        long outputs = now.outputTokens() - before.outputTokens();
        if (prompts + outputs == 0) {
            return;
        }
        prefillJoules = prefillJoules * KEPT + joules(now.prefillMicrojoules() - before.prefillMicrojoules());
        promptTokens = promptTokens * KEPT + prompts;
        decodeJoules = decodeJoules * KEPT + joules(now.decodeMicrojoules() - before.decodeMicrojoules());
        outputTokens = outputTokens * KEPT + outputs;
        gramsKnown = now.grams().isPresent() && before.grams().isPresent();
        if (gramsKnown) {
            joules = joules * KEPT + joules(now.totalMicrojoules() - before.totalMicrojoules());
            grams = grams * KEPT + now.grams().getAsDouble() - before.grams().getAsDouble();
        }
    }

    private static double joules(long microjoules) {
        return microjoules * JOULES_PER_MICROJOULE;
    }

    TokenCosts costs() {
        return new TokenCosts(
                ratio(prefillJoules, promptTokens),
                ratio(decodeJoules, outputTokens),
                gramsKnown ? ratio(grams, joules) : OptionalDouble.empty());
    }

    private static OptionalDouble ratio(double amount, double of) {
        return of > 0 ? OptionalDouble.of(amount / of) : OptionalDouble.empty();
    }
}
