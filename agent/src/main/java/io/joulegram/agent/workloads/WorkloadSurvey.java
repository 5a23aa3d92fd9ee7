package io.joulegram.agent.workloads;

import io.joulegram.agent.kubernetes.KubernetesFacts;
import io.joulegram.host.CpuUse;
import io.joulegram.host.KubernetesContainer;
import io.joulegram.host.KubernetesContainers;
import io.joulegram.host.ProcessTree;
import io.joulegram.host.Workload;
import io.joulegram.host.WorkloadCpuClock;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the host's control groups every few seconds, on a thread of its own, because that reads hundreds of files. */
final class WorkloadSurvey implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkloadSurvey.class);

    private final WorkloadCpuClock clock;
    private final ProcessTree processes;
    private final KubernetesContainers links;
    private final Supplier<KubernetesFacts> kubernetes;
    private final Supplier<Set<Integer>> gpuPids;
    private final Consumer<Look> looks;
    private final long intervalNanos;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "workload-survey");
    private boolean failing;

    /**
     * @param links the names of containers that are on this host
     * @param kubernetes what else Kubernetes tells
     * @param gpuPids the processes that hold GPUs
     * @param looks takes what each look tells, on the thread of this survey
     */
    WorkloadSurvey(
            WorkloadCpuClock clock,
            ProcessTree processes,
            KubernetesContainers links,
            Supplier<KubernetesFacts> kubernetes,
            Supplier<Set<Integer>> gpuPids,
            Consumer<Look> looks,
            long intervalNanos) {
        this.clock = clock;
        this.processes = processes;
        this.links = links;
        this.kubernetes = kubernetes;
        this.gpuPids = gpuPids;
        this.looks = looks;
        this.intervalNanos = intervalNanos;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        long dueNanos = System.nanoTime();
        try {
            while (!closing.await(Math.max(0, dueNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
                tryToLook();
                long now = System.nanoTime();
                // Looks that were missed are not made up for.
                dueNanos += intervalNanos * (1 + Math.max(0, now - dueNanos) / intervalNanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryToLook() {
        try {
            look();
        } catch (RuntimeException e) {
            // The next look tries again; until then nothing is booked to anyone.
            LOG.error("looking for workloads failed", e);
        }
    }

    /** The time is taken first, as it is what is read that changes with time and not how long reading takes. */
    void look() {
        long atNanos = System.nanoTime();
        looks.accept(new Look(atNanos, use(), workloadByPid(), kubernetes()));
    }

    /** The API knows more names than there are links, and tells the same. */
    private KubernetesFacts kubernetes() {
        KubernetesFacts facts = kubernetes.get();
        Map<String, KubernetesContainer> byId = new HashMap<>(links.byId());
        byId.putAll(facts.pods().byId());
        return new KubernetesFacts(
                facts.heldDevices(), new KubernetesFacts.Pods(byId, facts.pods().labelsById()));
    }

    private Optional<CpuUse> use() {
        try {
            Optional<CpuUse> use = clock.sincePrevious();
            failing = false;
            return use;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn("who uses the processors is not known: {}", String.valueOf(e.getMessage()));
            }
            failing = true;
            return Optional.empty();
        }
    }

    private Map<Integer, Workload> workloadByPid() {
        Map<Integer, Workload> workloads = new HashMap<>();
        for (int pid : gpuPids.get()) {
            processes.workload(pid).ifPresent(workload -> workloads.put(pid, workload));
        }
        return workloads;
    }

    @Override
    public void close() {
        closing.countDown();
    }
}
