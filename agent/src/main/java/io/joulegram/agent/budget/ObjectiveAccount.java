package io.joulegram.agent.budget;

import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.ModelUse;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What the tokens of one objective took in its window: a ratio of sums. Thread-safe: the present is booked by one thread
 * while another takes in the past from the ledger.
 */
final class ObjectiveAccount {
    private static final long MINUTE_MILLIS = 60_000;
    private static final int SLOTS = 256;
    private static final double JOULES_PER_MICROJOULE = 1e-6;
    private static final double GRAMS_PER_MICROGRAM = 1e-6;

    private final Objective objective;
    private final String headline;
    private final SlotRing tokens;
    private final SlotRing joules;
    private final SlotRing grams;
    private final SlotRing joulesWithoutIntensity;

    /** @param headline the basis of the grams of energy: location, market or marginal */
    ObjectiveAccount(Objective objective, String headline) {
        this.objective = objective;
        this.headline = headline;
        tokens = ring(objective);
        joules = ring(objective);
        grams = ring(objective);
        joulesWithoutIntensity = ring(objective);
    }

    private static SlotRing ring(Objective objective) {
        long windowMillis = objective.window().toMillis();
        // Buckets are of a minute at least, so shorter slots would tell nothing.
        return new SlotRing(Math.max(MINUTE_MILLIS, windowMillis / SLOTS), windowMillis);
    }

    synchronized void add(Bucket bucket) {
        @Nullable BookedIntensity intensity = bucket.intensities().get(headline);
        for (ModelUse use : bucket.models()) {
            if (objective.includes(use.server(), use.model())) {
                double used = use.totalMicrojoules() * JOULES_PER_MICROJOULE;
                add(tokens, bucket, (double) use.generatedTokens());
                add(joules, bucket, used);
                add(
                        grams,
                        bucket,
                        use.embodiedMicrograms() * GRAMS_PER_MICROGRAM
                                + (intensity == null ? 0 : intensity.grams(use.totalMicrojoules())));
                add(joulesWithoutIntensity, bucket, intensity == null ? used : 0);
            }
        }
    }

    private static void add(SlotRing ring, Bucket bucket, double amount) {
        ring.add(bucket.startMillis(), bucket.endMillis(), amount);
    }

    /** The earliest instant that matters. */
    long neededFromMillis(long nowMillis) {
        return nowMillis - objective.window().toMillis();
    }

    synchronized ObjectiveState state(long nowMillis) {
        long from = neededFromMillis(nowMillis);
        double written = tokens.since(from);
        if (!(written > 0)) {
            return new ObjectiveState(objective, 0, OptionalDouble.empty(), OptionalDouble.empty());
        }
        boolean graded = joulesWithoutIntensity.since(from) == 0;
        return new ObjectiveState(
                objective,
                written,
                graded ? OptionalDouble.of(grams.since(from) / written) : OptionalDouble.empty(),
                OptionalDouble.of(joules.since(from) / written));
    }
}
