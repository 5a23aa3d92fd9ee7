package io.joulegram.agent.budget;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What an output token may cost at most, as a mean over a time that goes along with the clock. Energy and grams are those
 * of the facility, idle included, so that an objective is missed by waiting too.
 *
 * @param name the {@code objective} label
 * @param gramsPerToken grams of CO2e, operational by the headline's basis and embodied; above 0
 * @param joulesPerToken above 0
 * @param window over what time
 * @param server only models of this server; of every server if empty
 * @param model only this model; every model if empty
 */
public record Objective(
        String name,
        OptionalDouble gramsPerToken,
        OptionalDouble joulesPerToken,
        Duration window,
        Optional<String> server,
        Optional<String> model) {
    /** @throws IllegalArgumentException if it limits nothing */
    public Objective {
        if (gramsPerToken.isEmpty() && joulesPerToken.isEmpty()) {
            throw new IllegalArgumentException("objective \"" + name + "\" limits neither grams nor joules");
        }
    }

    /** Whether the tokens of a model count. */
    boolean includes(String ofServer, String ofModel) {
        return new ModelFilter(server, model).includes(ofServer, ofModel);
    }
}
