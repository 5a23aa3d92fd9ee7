package io.joulegram.agent.budget;

import io.joulegram.agent.ledger.Bucket;
import java.util.List;

/**
 * All objectives, fed with the very buckets that go to the ledger, and after a restart with those that are in it.
 *
 * <p>Thread-safe.
 */
public final class ObjectiveBook {
    private final List<ObjectiveAccount> accounts;

    /** @param headline the basis of the grams of energy: location, market or marginal */
    public ObjectiveBook(List<Objective> objectives, String headline) {
        accounts = objectives.stream()
                .map(objective -> new ObjectiveAccount(objective, headline))
                .toList();
    }

    /** Books a bucket. */
    public void add(Bucket bucket) {
        accounts.forEach(account -> account.add(bucket));
    }

    /** The earliest instant of which buckets matter; now if there is no objective. */
    public long neededFromMillis(long nowMillis) {
        return accounts.stream()
                .mapToLong(account -> account.neededFromMillis(nowMillis))
                .min()
                .orElse(nowMillis);
    }

    /** How the objectives stand. */
    public List<ObjectiveState> states(long nowMillis) {
        return accounts.stream().map(account -> account.state(nowMillis)).toList();
    }
}
