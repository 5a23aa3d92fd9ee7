package io.joulegram.agent.budget;

import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.ledger.LedgerReader;
import java.util.List;

/**
 * All objectives, fed with the very buckets that go to the ledger, and after a restart with those that are in it.
 *
 * <p>Thread-safe.
 */
public final class ObjectiveBook {
    private static final long LONGEST_BUCKET_MILLIS = 3_600_000;

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

    /**
     * Takes in what a ledger has of the windows.
     *
     * @param untilMillis what began later is booked as it happens
     */
    public void load(LedgerReader ledger, long untilMillis) throws LedgerException {
        if (!accounts.isEmpty()) {
            long from = accounts.stream()
                    .mapToLong(account -> account.neededFromMillis(untilMillis))
                    .min()
                    .orElse(untilMillis);
            ledger.forEach(from - LONGEST_BUCKET_MILLIS, untilMillis, this::add);
        }
    }

    /** How the objectives stand. */
    public List<ObjectiveState> states(long nowMillis) {
        return accounts.stream().map(account -> account.state(nowMillis)).toList();
    }
}
