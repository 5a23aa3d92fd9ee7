package io.joulegram.agent.budget;

import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.ModelUse;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * All budgets. They are fed with the very buckets that go to the ledger, and after a restart with those that are in it,
 * so that the two always agree.
 *
 * <p>Thread-safe.
 */
public final class BudgetBook {
    private static final double GRAMS_PER_MICROGRAM = 1e-6;

    private final List<BudgetAccount> accounts;
    private final String headline;

    /**
     * @param zone whose calendar the periods are of
     * @param headline the basis of the grams of energy: location, market or marginal
     */
    public BudgetBook(List<Budget> budgets, ZoneId zone, String headline, long nowMillis) {
        this.headline = headline;
        accounts = budgets.stream()
                .map(budget -> new BudgetAccount(budget, zone, nowMillis))
                .toList();
    }

    /** Whether there is no budget. */
    public boolean isEmpty() {
        return accounts.isEmpty();
    }

    /** Books a bucket. Grams of energy whose intensity was not known are not known, and not in it. */
    public void add(Bucket bucket) {
        for (BudgetAccount account : accounts) {
            Budget budget = account.budget();
            double grams = budget.isOfHost() ? hostGrams(bucket, budget.scope()) : modelGrams(bucket, budget);
            account.add(bucket.startMillis(), bucket.endMillis(), bucket.coveredMillis(), grams);
        }
    }

    private double hostGrams(Bucket bucket, BudgetScope scope) {
        long microjoules = 0;
        long micrograms = 0;
        for (DeviceUse use : bucket.devices()) {
            microjoules += use.microjoules().orElse(0);
            micrograms += use.embodiedMicrograms();
        }
        return scope.of(operational(bucket, microjoules), micrograms * GRAMS_PER_MICROGRAM);
    }

    private double modelGrams(Bucket bucket, Budget budget) {
        long microjoules = 0;
        long micrograms = 0;
        for (ModelUse use : bucket.models()) {
            if (budget.includes(use.server(), use.model())) {
                microjoules += use.totalMicrojoules();
                micrograms += use.embodiedMicrograms();
            }
        }
        return budget.scope().of(operational(bucket, microjoules), micrograms * GRAMS_PER_MICROGRAM);
    }

    private double operational(Bucket bucket, long microjoules) {
        @Nullable BookedIntensity intensity = bucket.intensities().get(headline);
        return intensity == null ? 0 : intensity.grams(microjoules);
    }

    /**
     * The earliest instant of which buckets matter, to the present periods and to the last seven days; now if there is no
     * budget.
     */
    public long neededFromMillis(long nowMillis) {
        return accounts.stream()
                .mapToLong(account -> account.neededFromMillis(nowMillis))
                .min()
                .orElse(nowMillis);
    }

    /**
     * How the budgets stand.
     *
     * @param peakGramsPerSecond the most that the host can emit; empty if unknown
     */
    public List<BudgetState> states(long nowMillis, OptionalDouble peakGramsPerSecond) {
        return accounts.stream()
                .map(account -> account.state(nowMillis, peakGramsPerSecond))
                .toList();
    }
}
