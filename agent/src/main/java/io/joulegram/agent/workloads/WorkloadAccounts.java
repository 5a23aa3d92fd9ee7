package io.joulegram.agent.workloads;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.export.Snapshot.WorkloadEnergy;
import io.joulegram.agent.export.Snapshot.WorkloadGrams;
import io.joulegram.agent.export.Snapshot.WorkloadInfo;
import io.joulegram.agent.export.Snapshot.WorkloadsState;
import io.joulegram.agent.kubernetes.KubernetesFacts;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.agent.serving.GpuEvidence;
import io.joulegram.host.KubernetesContainers;
import io.joulegram.host.ProcessTree;
import io.joulegram.host.WorkloadCpuClock;
import io.joulegram.power.GpuInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/**
 * Keeps the accounts of the workloads of this host: joins the looks at its control groups to the slices of time in which
 * energy is settled. Slices end at the instants of the looks, as they are settled a moment later.
 *
 * <p>Owned by the bookkeeping thread but for {@link #noteScrape}; the looks come from a thread of their own.
 */
public final class WorkloadAccounts implements AutoCloseable {
    /** Looks wait for a second as a rule; where the books stand still, later ones are left out. */
    private static final int MAX_WAITING = 64;

    private final WorkloadSurvey survey;
    private final WorkloadBook book;
    private final Queue<Look> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private volatile OptionalLong scrapedNanos = OptionalLong.empty();
    private Optional<Look> newest = Optional.empty();

    /**
     * @param path where the kernel's files are
     * @param config how the accounts are kept
     * @param filed how many workloads a bucket of the ledger tells apart
     * @param gpuPids the processes that hold GPUs; any thread
     * @param kubernetes what Kubernetes tells, beside the links to logs; any thread
     */
    public WorkloadAccounts(
            AgentConfig.Paths path,
            AgentConfig.Workloads config,
            int filed,
            Supplier<Set<Integer>> gpuPids,
            Supplier<KubernetesFacts> kubernetes) {
        book = new WorkloadBook(config.max(), config.keep().toNanos(), filed);
        survey = new WorkloadSurvey(
                new WorkloadCpuClock(path.procfs(), path.sysfs()),
                new ProcessTree(path.procfs()),
                new KubernetesContainers(config.containerLogs()),
                kubernetes,
                gpuPids,
                look -> waiting.offer(look),
                config.interval().toNanos());
    }

    /** Begins to look. */
    public void start() {
        survey.start();
    }

    /** Looks at once, on the thread that asks. */
    void look() {
        survey.look();
    }

    /** The first instant after this one at which a slice must end; what is given if no look says otherwise. */
    public long nextCutNanos(long nanos, long otherwise) {
        for (Look look : waiting) {
            if (look.atNanos() - nanos > 0) {
                return look.atNanos() - otherwise < 0 ? look.atNanos() : otherwise;
            }
        }
        return otherwise;
    }

    /**
     * A slice begins.
     *
     * @param gpus the GPUs of this host
     * @param observedByGpu what their drivers tell, by {@code device} label
     */
    public void beginSlice(Collection<GpuInfo> gpus, Map<String, GpuEvidence.Observed> observedByGpu) {
        for (Look look : waiting) {
            newest = Optional.of(look);
        }
        book.gpus()
                .beginSlice(
                        observedByGpu,
                        newest.map(Look::workloadByPid).orElse(Map.of()),
                        newest.filter(look -> !look.kubernetes().heldDevices().isEmpty())
                                .map(look -> GpuAllocations.claims(
                                        gpus, observedByGpu, look.kubernetes().heldDevices(), look.claimantByName()))
                                .orElse(Map.of()));
    }

    /**
     * The slice that began is settled.
     *
     * @param making how fast the making of each device falls due in it
     * @param gramsPerKwh the carbon intensity that held in it; empty if unknown
     */
    public void endSlice(
            long endNanos,
            long elapsedNanos,
            List<DeviceSlice> parts,
            List<EmbodiedRate> making,
            OptionalDouble gramsPerKwh) {
        book.add(elapsedNanos, parts, making, gramsPerKwh);
        for (Look look = waiting.peek(); look != null && look.atNanos() - endNanos <= 0; look = waiting.peek()) {
            waiting.remove();
            newest = Optional.of(look);
            book.closeWindow(look, System.nanoTime());
        }
    }

    /** What was booked since this was last asked for: what a bucket of the ledger is to tell. */
    public List<WorkloadUse> takeUnfiled() {
        return book.takeUnfiled();
    }

    /** What was scraped or pushed is of this instant, on the clock of {@link System#nanoTime()}. Any thread. */
    public void noteScrape(long snapshotNanos) {
        scrapedNanos = OptionalLong.of(snapshotNanos);
    }

    /** The accounts as they stand. */
    public WorkloadsState state(long nowNanos) {
        book.retire(nowNanos, scrapedNanos);
        List<WorkloadEnergy> energy = new ArrayList<>();
        book.booked().forEach((key, portion) -> {
            if (portion.microjoules() > 0) {
                energy.add(new WorkloadEnergy(
                        key.claimant().kind(),
                        key.claimant().name(),
                        key.component(),
                        key.method(),
                        portion.microjoules()));
            }
        });
        List<WorkloadGrams> grams = new ArrayList<>();
        book.total()
                .forEach((claimant, sum) -> grams.add(new WorkloadGrams(
                        claimant.kind(),
                        claimant.name(),
                        book.intensityKnown() ? OptionalDouble.of(sum.operationalGrams()) : OptionalDouble.empty(),
                        sum.embodiedGrams())));
        List<WorkloadInfo> infos = new ArrayList<>();
        book.containers().forEach((claimant, identity) -> infos.add(info(claimant, identity)));
        return new WorkloadsState(energy, grams, infos, book.pendingMicrojoules(), book.retiredMicrojoules());
    }

    private static WorkloadInfo info(Claimant claimant, ContainerIdentity identity) {
        return new WorkloadInfo(
                claimant.kind(),
                claimant.name(),
                identity.container().runtime(),
                identity.container().id(),
                identity.container().podUid(),
                identity.kubernetes().map(names -> names.namespace()).orElse(""),
                identity.kubernetes().map(names -> names.pod()).orElse(""),
                identity.kubernetes().map(names -> names.container()).orElse(""),
                identity.podLabels());
    }

    @Override
    public void close() {
        survey.close();
    }
}
