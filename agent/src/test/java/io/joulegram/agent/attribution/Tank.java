package io.joulegram.agent.attribution;

import io.joulegram.agent.energy.CumulativeEnergy;

/** A meter whose energy the test sets. */
final class Tank implements CumulativeEnergy {
    long microjoules;
    long untilNanos;
    boolean live = true;

    @Override
    public long coveredUntilNanos() {
        return untilNanos;
    }

    @Override
    public long microjoulesAt(long timeNanos) {
        return microjoules;
    }
}
