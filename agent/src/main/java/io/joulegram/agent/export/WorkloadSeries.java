package io.joulegram.agent.export;

import io.joulegram.agent.carbon.CarbonBook;
import io.joulegram.agent.export.Snapshot.WorkloadGrams;
import io.joulegram.agent.export.Snapshot.WorkloadsState;
import io.joulegram.power.Component;
import java.util.Map;
import java.util.TreeMap;

/** The series of containers, batch jobs and units of systemd. */
final class WorkloadSeries {
    private final Families families;

    WorkloadSeries(Families families) {
        this.families = families;
    }

    void add(Snapshot snapshot) {
        snapshot.workloads().ifPresent(this::add);
    }

    private void add(WorkloadsState state) {
        state.energy()
                .forEach(part -> families.addJoules(
                        MetricCatalogue.WORKLOAD_ENERGY_JOULES_TOTAL,
                        part.microjoules(),
                        part.kind(),
                        part.workload(),
                        part.component().label(),
                        part.method()));
        addByComponent(MetricCatalogue.WORKLOAD_PENDING_ENERGY_JOULES, state.pendingMicrojoules());
        addByComponent(MetricCatalogue.WORKLOAD_RETIRED_ENERGY_JOULES_TOTAL, state.retiredMicrojoules());
        for (WorkloadGrams grams : state.grams()) {
            MetricCatalogue metric = MetricCatalogue.WORKLOAD_CO2_GRAMS_TOTAL;
            families.add(metric, grams.operational(), grams.kind(), grams.workload(), CarbonBook.OPERATIONAL);
            families.add(metric, grams.embodied(), grams.kind(), grams.workload(), CarbonBook.EMBODIED);
        }
        state.infos()
                .forEach(info -> new TreeMap<>(info.podLabels())
                        .forEach((label, value) -> families.add(
                                MetricCatalogue.WORKLOAD_POD_LABEL_INFO,
                                1,
                                info.kind(),
                                info.workload(),
                                label,
                                value)));
        state.infos()
                .forEach(info -> families.add(
                        MetricCatalogue.WORKLOAD_INFO,
                        1,
                        info.kind(),
                        info.workload(),
                        info.runtime(),
                        info.containerId(),
                        info.podUid(),
                        info.podNamespace(),
                        info.podName(),
                        info.containerName()));
    }

    private void addByComponent(MetricCatalogue metric, Map<Component, Long> microjoules) {
        new TreeMap<>(microjoules)
                .forEach((component, energy) -> families.addJoules(metric, energy, component.label()));
    }
}
