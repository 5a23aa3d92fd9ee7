package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import java.util.Collection;
import java.util.Set;

/** The sums over the intervals of a window. Immutable once made. */
final class WindowTotals {
    private final Amounts prefill = new Amounts();
    private final Amounts decode = new Amounts();
    private final Amounts idle = new Amounts();
    /** What went with intervals that had tokens; for the embodied grams of work, which have no phase. */
    private final Amounts working = new Amounts();

    private final TokenDelta tokens;
    private final boolean activeKnown;

    private WindowTotals(Collection<IntervalShare> shares) {
        TokenDelta sum = TokenDelta.NONE;
        boolean known = true;
        for (IntervalShare share : shares) {
            sum = sum.plus(share.tokens());
            prefill.add(share.prefill());
            decode.add(share.decode());
            idle.add(share.idle());
            if (!share.tokens().isEmpty()) {
                working.add(share.prefill());
                working.add(share.decode());
                working.add(share.idle());
                known &= share.idleKnown();
            }
        }
        tokens = sum;
        activeKnown = known;
    }

    static WindowTotals of(Collection<IntervalShare> shares) {
        return new WindowTotals(shares);
    }

    TokenDelta tokens() {
        return tokens;
    }

    /** Whether idle was known in every interval that had tokens. */
    boolean isActiveKnown() {
        return activeKnown;
    }

    Amounts prefill() {
        return prefill;
    }

    Amounts decode() {
        return decode;
    }

    long microjoules(Set<Component> boundary, boolean activeOnly) {
        long sum = 0;
        for (Component part : boundary) {
            sum += prefill.microjoules(part) + decode.microjoules(part) + (activeOnly ? 0 : idle.microjoules(part));
        }
        return sum;
    }

    double divisionMicrojoules(Set<Component> boundary, boolean activeOnly) {
        double sum = 0;
        for (Component part : boundary) {
            sum += prefill.divisionMicrojoules(part)
                    + decode.divisionMicrojoules(part)
                    + (activeOnly ? 0 : idle.divisionMicrojoules(part));
        }
        return sum;
    }

    double embodiedGrams(Component part, boolean activeOnly) {
        return activeOnly
                ? working.embodiedGrams(part)
                : prefill.embodiedGrams(part) + decode.embodiedGrams(part) + idle.embodiedGrams(part);
    }

    double locationGrams(Set<Component> boundary) {
        double sum = 0;
        for (Component part : boundary) {
            sum += prefill.locationGrams(part) + decode.locationGrams(part) + idle.locationGrams(part);
        }
        return sum;
    }

    double grams(Set<Component> boundary, boolean activeOnly) {
        double sum = 0;
        for (Component part : boundary) {
            sum += prefill.operationalGrams(part) + decode.operationalGrams(part);
            sum += (activeOnly ? 0 : idle.operationalGrams(part)) + embodiedGrams(part, activeOnly);
        }
        return sum;
    }
}
