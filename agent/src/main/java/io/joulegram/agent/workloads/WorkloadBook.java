package io.joulegram.agent.workloads;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.kubernetes.KubernetesFacts;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.host.CpuUse;
import io.joulegram.power.Component;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/**
 * Energy and grams since the start by workload. What is booked, what waits in the open window and what was retired with
 * the series of workloads that have ended sum to the energy of the facility, to the microjoule.
 *
 * <p>Counters never fall. A workload that has ended keeps its own for a while, and until they were scraped; then they are
 * retired. There are never more such than workloads with series of their own: the oldest go first, scraped or not. Owned
 * by the bookkeeping thread.
 */
final class WorkloadBook {
    private static final Comparator<Window.Key> ORDER = Comparator.comparing(Window.Key::claimant, Claimant.BY_NAME)
            .thenComparing(Window.Key::component)
            .thenComparing(Window.Key::method);

    private final int most;
    private final long keepNanos;
    private final NamedWorkloads named;
    private final GpuClaims gpus = new GpuClaims();
    private final Map<Window.Key, Portion> booked = new TreeMap<>(ORDER);
    private final Map<Component, Long> retiredMicrojoules = new EnumMap<>(Component.class);
    /** When each lost its series, oldest first, on the clock of {@link System#nanoTime()}. */
    private final Map<Claimant, Long> lostNanos = new LinkedHashMap<>();

    private final Map<Claimant, ContainerIdentity> containers = new TreeMap<>(Claimant.BY_NAME);
    private final UnfiledUse unfiled;
    private Window window = new Window();
    private long windowNanos;
    private boolean intensityKnown;

    /**
     * @param most how many workloads have series of their own
     * @param keepNanos how long those of one that has ended stay
     * @param mostFiled how many workloads a bucket of the ledger tells apart
     */
    WorkloadBook(int most, long keepNanos, int mostFiled) {
        this.most = most;
        this.keepNanos = keepNanos;
        named = new NamedWorkloads(most);
        unfiled = new UnfiledUse(mostFiled);
    }

    /** Who holds the GPUs in the slice that begins. */
    GpuClaims gpus() {
        return gpus;
    }

    /**
     * Books a slice of time.
     *
     * @param gramsPerKwh the carbon intensity that held in it; empty if unknown
     */
    void add(long elapsedNanos, List<DeviceSlice> parts, List<EmbodiedRate> making, OptionalDouble gramsPerKwh) {
        window.add(elapsedNanos, parts, making, gramsPerKwh.orElse(0), gpus);
        windowNanos += elapsedNanos;
        intensityKnown |= gramsPerKwh.isPresent();
    }

    /**
     * Ends the window that is open: all slices since the look before.
     *
     * @param look that it ends with
     * @param nowNanos the time, on the clock of {@link System#nanoTime()}
     */
    void closeWindow(Look look, long nowNanos) {
        Optional<CpuUse> use = look.use();
        Map<Window.Key, Portion> split = window.close(use);
        Map<Claimant, Long> energy = new HashMap<>();
        split.forEach((key, portion) -> {
            if (key.claimant().isWorkload()) {
                energy.merge(key.claimant(), portion.microjoules(), Long::sum);
            }
        });
        Set<Claimant> alive = new HashSet<>();
        look.workloadByPid().values().forEach(workload -> alive.add(Claimant.of(workload)));
        use.ifPresent(told -> told.nanosByWorkload().keySet().forEach(workload -> alive.add(Claimant.of(workload))));
        if (use.isEmpty()) {
            // Who still runs is not known, so nobody is taken to have ended.
            booked.keySet().forEach(key -> alive.add(key.claimant()));
        }
        named.choose(energy, windowNanos, alive).forEach(claimant -> lose(claimant, nowNanos));
        unfiled.add(split);
        split.forEach((key, portion) -> {
            Claimant claimant = key.claimant();
            boolean own = !claimant.isWorkload() || named.contains(claimant);
            booked.merge(
                    own ? key : new Window.Key(Claimant.OTHER, key.component(), key.method()), portion, Portion::plus);
        });
        use.ifPresent(told -> noteContainers(told, look.kubernetes().pods()));
        lostNanos.keySet().removeIf(named::contains);
        window = new Window();
        windowNanos = 0;
    }

    private void lose(Claimant claimant, long nowNanos) {
        lostNanos.remove(claimant);
        lostNanos.put(claimant, nowNanos);
    }

    private void noteContainers(CpuUse use, KubernetesFacts.Pods pods) {
        Set<Claimant> shown = new HashSet<>();
        booked.keySet().forEach(key -> shown.add(key.claimant()));
        containers.keySet().retainAll(shown);
        use.containers().forEach((workload, container) -> {
            Claimant claimant = Claimant.of(workload);
            if (shown.contains(claimant)) {
                ContainerIdentity identity = new ContainerIdentity(
                        container,
                        Optional.ofNullable(pods.byId().get(container.id())),
                        pods.labelsById().getOrDefault(container.id(), Map.of()));
                containers.merge(claimant, identity, (earlier, now) -> now.knowing(earlier));
            }
        });
    }

    /**
     * Retires the series of workloads that have ended long enough ago.
     *
     * @param scrapedNanos when what was last scraped was made, on the clock of {@link System#nanoTime()}; empty if nothing
     *     was
     */
    void retire(long nowNanos, OptionalLong scrapedNanos) {
        List<Claimant> old = lostNanos.entrySet().stream()
                .filter(entry -> nowNanos - entry.getValue() >= keepNanos
                        && scrapedNanos.isPresent()
                        && scrapedNanos.getAsLong() - entry.getValue() > 0)
                .map(Map.Entry::getKey)
                .toList();
        old.forEach(this::retire);
        while (lostNanos.size() > most) {
            retire(lostNanos.keySet().iterator().next());
        }
    }

    private void retire(Claimant claimant) {
        lostNanos.remove(claimant);
        containers.remove(claimant);
        booked.entrySet().removeIf(entry -> {
            boolean its = entry.getKey().claimant().equals(claimant);
            if (its && entry.getValue().microjoules() > 0) {
                retiredMicrojoules.merge(
                        entry.getKey().component(), entry.getValue().microjoules(), Long::sum);
            }
            return its;
        });
    }

    /** What was booked since this was last asked for, for the ledger. */
    List<WorkloadUse> takeUnfiled() {
        return unfiled.take(containers);
    }

    /** What is booked, in the order of kind, name, component and method. */
    Map<Window.Key, Portion> booked() {
        return booked;
    }

    /** All that is booked of each, in the order of kind and name. */
    Map<Claimant, Portion> total() {
        Map<Claimant, Portion> total = new TreeMap<>(Claimant.BY_NAME);
        booked.forEach((key, portion) -> total.merge(key.claimant(), portion, Portion::plus));
        return total;
    }

    /** What is known of the containers that have series. */
    Map<Claimant, ContainerIdentity> containers() {
        return containers;
    }

    /** Energy in the open window, in microjoules. */
    Map<Component, Long> pendingMicrojoules() {
        return window.microjoules();
    }

    /** Energy of workloads whose series were retired, in microjoules. */
    Map<Component, Long> retiredMicrojoules() {
        return retiredMicrojoules;
    }

    /** Whether the carbon intensity was ever known. */
    boolean intensityKnown() {
        return intensityKnown;
    }
}
