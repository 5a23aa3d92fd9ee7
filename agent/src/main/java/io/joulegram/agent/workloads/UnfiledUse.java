package io.joulegram.agent.workloads;

import io.joulegram.agent.ledger.LedgerWorkload;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was booked since the ledger was last given a bucket, by workload: those that used most, and one for all others.
 * Owned by the bookkeeping thread.
 */
final class UnfiledUse {
    private static final double MICROGRAMS_PER_GRAM = 1e6;

    private static final class Sum {
        private final Map<Component, Long> microjoules = new EnumMap<>(Component.class);
        private double embodiedGrams;

        void add(Component component, long energy, double grams) {
            microjoules.merge(component, energy, Long::sum);
            embodiedGrams += grams;
        }

        void addAll(Sum other) {
            other.microjoules.forEach((component, energy) -> microjoules.merge(component, energy, Long::sum));
            embodiedGrams += other.embodiedGrams;
        }

        long total() {
            return microjoules.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final int most;
    private final Map<Claimant, Sum> sums = new TreeMap<>(Claimant.BY_NAME);

    /** @param most how many workloads a bucket tells apart; if 0, none is told of */
    UnfiledUse(int most) {
        this.most = most;
    }

    /** Takes in what a window was split into. */
    void add(Map<Window.Key, Portion> split) {
        if (most == 0) {
            return;
        }
        split.forEach((key, portion) ->
                sum(key.claimant()).add(key.component(), portion.microjoules(), portion.embodiedGrams()));
        // A disk that is broken makes buckets of hours, in which any number of workloads may have come and gone.
        if (sums.size() > 2 * most) {
            fold();
        }
    }

    private Sum sum(Claimant claimant) {
        return sums.computeIfAbsent(claimant, absent -> new Sum());
    }

    private void fold() {
        sums.entrySet().stream()
                .filter(entry -> entry.getKey().isWorkload())
                .sorted(Comparator.comparingLong((Map.Entry<Claimant, Sum> entry) ->
                                entry.getValue().total())
                        .reversed())
                .skip(most)
                .map(Map.Entry::getKey)
                .toList()
                .forEach(claimant -> {
                    @Nullable Sum folded = sums.remove(claimant);
                    if (folded != null) {
                        sum(Claimant.OTHER).addAll(folded);
                    }
                });
    }

    /**
     * Gives all of it, and begins anew.
     *
     * @param containers what is known of containers
     */
    List<WorkloadUse> take(Map<Claimant, ContainerIdentity> containers) {
        fold();
        List<WorkloadUse> uses = new ArrayList<>();
        sums.forEach((claimant, sum) -> {
            long embodied = Math.round(sum.embodiedGrams * MICROGRAMS_PER_GRAM);
            if (sum.total() != 0 || embodied != 0) {
                uses.add(new WorkloadUse(named(claimant, containers.get(claimant)), sum.microjoules, embodied));
            }
        });
        sums.clear();
        return uses;
    }

    private static LedgerWorkload named(Claimant claimant, @Nullable ContainerIdentity identity) {
        if (identity == null || identity.kubernetes().isEmpty()) {
            return LedgerWorkload.of(claimant.kind(), claimant.name());
        }
        KubernetesContainer names = identity.kubernetes().get();
        return new LedgerWorkload(claimant.kind(), claimant.name(), names.namespace(), names.pod(), names.container());
    }
}
