package io.joulegram.agent.budget;

import java.util.Optional;

/**
 * How many grams of CO2e may be emitted in each period.
 *
 * @param name the {@code budget} label
 * @param limitGrams grams for one period, above 0
 * @param period how long that is
 * @param scope which grams count
 * @param server only models of this server; of every server if empty
 * @param model only this model; the whole host if server and model are empty
 */
public record Budget(
        String name,
        double limitGrams,
        BudgetPeriod period,
        BudgetScope scope,
        Optional<String> server,
        Optional<String> model) {
    /** @throws IllegalArgumentException unless the limit is above 0 */
    public Budget {
        if (!(limitGrams > 0 && Double.isFinite(limitGrams))) {
            throw new IllegalArgumentException(limitGrams + " g is not a budget: must be above 0");
        }
    }

    /** Whether it is of the whole host. */
    public boolean isOfHost() {
        return server.isEmpty() && model.isEmpty();
    }

    /** Whether the grams of a model count. */
    boolean includes(String ofServer, String ofModel) {
        return new ModelFilter(server, model).includes(ofServer, ofModel);
    }
}
