package io.joulegram.agent.workloads;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which workloads have series of their own: those that used most energy of late, so many at most. One that has them keeps
 * them while it lives, unless another uses more than twice as much: names would change all the time else. Owned by the
 * bookkeeping thread.
 */
final class NamedWorkloads {
    /** What was used this long ago counts half. */
    private static final double HALF_LIFE_NANOS = 120e9;

    private static final double FORGOTTEN_MICROJOULES = 1;
    private static final double CHALLENGE_RATIO = 2;

    private final int most;
    private final Set<Claimant> named = new HashSet<>();
    private final Map<Claimant, Double> recentMicrojoules = new HashMap<>();

    /** @param most how many have series of their own */
    NamedWorkloads(int most) {
        this.most = most;
    }

    /**
     * Chooses anew.
     *
     * @param microjoules what each has used in the time that has passed
     * @param alive those that still run
     * @return those that have lost their series: they have ended, or others use more
     */
    Set<Claimant> choose(Map<Claimant, Long> microjoules, long elapsedNanos, Set<Claimant> alive) {
        double kept = Math.pow(0.5, elapsedNanos / HALF_LIFE_NANOS);
        recentMicrojoules.replaceAll((claimant, recent) -> recent * kept);
        microjoules.forEach((claimant, energy) -> recentMicrojoules.merge(claimant, (double) energy, Double::sum));
        recentMicrojoules.values().removeIf(recent -> recent < FORGOTTEN_MICROJOULES);
        Set<Claimant> lost = new HashSet<>();
        for (Iterator<Claimant> it = named.iterator(); it.hasNext(); ) {
            Claimant claimant = it.next();
            // One that has ended has used energy up to its end, which is still its own.
            if (!alive.contains(claimant) && !microjoules.containsKey(claimant)) {
                it.remove();
                lost.add(claimant);
            }
        }
        List<Claimant> challengers = microjoules.entrySet().stream()
                .filter(entry -> entry.getValue() > 0 && !named.contains(entry.getKey()))
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparingDouble(this::recent).reversed().thenComparing(Claimant::name))
                .toList();
        for (Claimant challenger : challengers) {
            if (named.size() >= most) {
                Claimant weakest = named.stream()
                        .min(Comparator.comparingDouble(this::recent).thenComparing(Claimant::name))
                        .orElseThrow();
                if (recent(challenger) <= CHALLENGE_RATIO * recent(weakest)) {
                    break;
                }
                named.remove(weakest);
                lost.add(weakest);
            }
            named.add(challenger);
        }
        lost.removeAll(named);
        return lost;
    }

    /** Whether a workload has series of its own. */
    boolean contains(Claimant claimant) {
        return named.contains(claimant);
    }

    private double recent(Claimant claimant) {
        return recentMicrojoules.getOrDefault(claimant, 0.0);
    }
}
