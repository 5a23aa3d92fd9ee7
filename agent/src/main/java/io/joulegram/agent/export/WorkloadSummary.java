package io.joulegram.agent.export;

import io.joulegram.agent.export.Snapshot.WorkloadInfo;
import io.joulegram.agent.export.Snapshot.WorkloadsState;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The workloads of {@code /api/v1/summary}: those that used most since the start, what is nobody's, and the others in one.
 * With what is pending and what was retired they sum to the energy of the facility.
 */
final class WorkloadSummary {
    /** How many are told of one by one, as the live page gets all of it every second. */
    private static final int MOST = 100;

    private static final class Entry {
        private final String kind;
        private final String name;
        private final Map<Component, Long> microjoules = new EnumMap<>(Component.class);
        private OptionalDouble operationalGrams = OptionalDouble.empty();
        private OptionalDouble embodiedGrams = OptionalDouble.empty();
        private @Nullable WorkloadInfo info;

        Entry(String kind, String name) {
            this.kind = kind;
            this.name = name;
        }

        long total() {
            return microjoules.values().stream().mapToLong(Long::longValue).sum();
        }

        boolean isNobodys() {
            return kind.equals("none");
        }
    }

    private final boolean embodiedKnown;

    /** @param embodiedKnown whether the making of any device is known */
    WorkloadSummary(boolean embodiedKnown) {
        this.embodiedKnown = embodiedKnown;
    }

    void write(JsonObject json, WorkloadsState state) {
        List<Entry> entries = new ArrayList<>(entries(state));
        entries.sort(Comparator.comparing(Entry::isNobodys)
                .thenComparing(Comparator.comparingLong(Entry::total).reversed()));
        int own = (int) entries.stream().filter(entry -> !entry.isNobodys()).count();
        List<Entry> others = own > MOST ? List.copyOf(entries.subList(MOST, own)) : List.of();
        entries.removeAll(others);
        json.objects("energy", entries, WorkloadSummary::write);
        if (!others.isEmpty()) {
            Map<Component, Long> sum = new EnumMap<>(Component.class);
            others.forEach(entry -> entry.microjoules.forEach((part, energy) -> sum.merge(part, energy, Long::sum)));
            json.object("others").number("workloads", others.size()).numbers("microjoules", sum);
        }
        json.numbers("pendingMicrojoules", state.pendingMicrojoules())
                .numbers("retiredMicrojoules", state.retiredMicrojoules());
    }

    private List<Entry> entries(WorkloadsState state) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        state.energy()
                .forEach(part -> entry(entries, part.kind(), part.workload())
                        .microjoules
                        .merge(part.component(), part.microjoules(), Long::sum));
        state.grams().forEach(grams -> {
            Entry entry = entry(entries, grams.kind(), grams.workload());
            entry.operationalGrams = grams.operational();
            entry.embodiedGrams = embodiedKnown ? OptionalDouble.of(grams.embodied()) : OptionalDouble.empty();
        });
        Map<String, WorkloadInfo> infos = new HashMap<>();
        state.infos().forEach(info -> infos.put(key(info.kind(), info.workload()), info));
        entries.forEach((key, entry) -> entry.info = infos.get(key));
        return List.copyOf(entries.values());
    }

    private static Entry entry(Map<String, Entry> entries, String kind, String name) {
        return entries.computeIfAbsent(key(kind, name), absent -> new Entry(kind, name));
    }

    private static String key(String kind, String name) {
        return kind + "/" + name;
    }

    private static void write(JsonObject json, Entry entry) {
        json.text("kind", entry.kind).text("workload", entry.name);
        WorkloadInfo info = entry.info;
        if (info != null && !info.podName().isEmpty()) {
            json.text("podNamespace", info.podNamespace())
                    .text("podName", info.podName())
                    .text("containerName", info.containerName());
        }
        json.numbers("microjoules", entry.microjoules)
                .number("operationalGrams", entry.operationalGrams)
                .number("embodiedGrams", entry.embodiedGrams);
    }
}
