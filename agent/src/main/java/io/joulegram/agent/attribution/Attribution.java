package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import io.joulegram.tokens.Scrape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Moves the energy of the facility, slice by slice, to the servers that used it, and tells what belongs to nobody.
 *
 * <p>Time is cut into slices that end at the very instants of the token scrapes. In each slice:
 *
 * <ol>
 *   <li>A GPU's energy goes to the open interval of the server it serves. If its driver tells who uses it ({@link
 *       GpuShares}), what it would draw idle goes by what each holds of it and the rest by what each did, and processes
 *       of no server take their part. Else several servers share it in proportion to their weighted tokens per second
 *       of late, or equally while none has any.
 *   <li>The energy of processors, memory and the rest of the host is shared in proportion to the energy of the GPUs,
 *       those that serve no server included; without GPUs, equally.
 *   <li>What the facility spends beside the servers (PUE) goes where the energy goes that it comes with.
 *   <li>Energy that a device had used while it could not be read, and that its counter told afterwards, belongs to
 *       nobody: it is of intervals that are closed.
 * </ol>
 *
 * <p>Every microjoule ends up in exactly one place: the accounts of models, those of models that left, servers' open
 * intervals, or unattributed. Owned by the accounting thread.
 */
public final class Attribution {
    /** Longer than it may take until the ledger has what was booked to a model: an hour, if it lags. */
    private static final long KEEP_MODEL_NANOS = 2 * 3_600_000_000_000L;

    private record Key(Component component, String device) {}

    private static final class Cursor {
        long bookedMicrojoules;
        boolean coveredBefore = true;
    }

    private final TokenWeights weights;
    private final double pue;
    private final Map<Key, Cursor> cursors = new HashMap<>();
    private final Map<String, ServerAccount> servers = new TreeMap<>();
    private final Pool nobody;
    private final Amounts unattributed = new Amounts();
    private final Amounts retired = new Amounts();
    private final Map<Component, Long> facility = new EnumMap<>(Component.class);
    private final Map<String, List<String>> devicesOfServer = new HashMap<>();
    private final IdleFloors idleFloors = new IdleFloors();
    private final InstanceBook instances = new InstanceBook();
    private Map<String, GpuShareRatios> gpuShares = Map.of();

    private long untilNanos;
    private boolean started;

    /** @param pue power usage effectiveness of the facility, 1 or more */
    public Attribution(TokenWeights weights, double pue) {
        if (!(pue >= 1)) {
            throw new IllegalArgumentException(pue + " is not a power usage effectiveness: must be 1 or more");
        }
        this.weights = weights;
        this.pue = pue;
        nobody = new Pool(pue);
    }

    /** The end of the last slice, on the clock of {@link System#nanoTime()}; meaningless before the first. */
    public long untilNanos() {
        return untilNanos;
    }

    /**
     * Ends a slice. Does nothing if {@code endNanos} is not after the end of the one before.
     *
     * @return the energy of each device in it, overhead last
     */
    public List<DeviceSlice> advance(long endNanos, Conditions now) {
        long startNanos = started ? untilNanos : endNanos;
        if (started && endNanos - untilNanos <= 0) {
            return List.of();
        }
        Slice slice = new Slice(now, endNanos - startNanos);
        List<MeterFeed> hosts = new ArrayList<>();
        for (MeterFeed meter : now.meters()) {
            if (meter.component() == Component.GPU) {
                slice.takeGpu(meter, gain(meter, startNanos, endNanos));
            } else {
                hosts.add(meter);
            }
        }
        Map<Pool, Share> hostShares = slice.hostShares();
        for (MeterFeed meter : hosts) {
            slice.takeHost(meter, gain(meter, startNanos, endNanos), hostShares);
        }
        for (EmbodiedRate rate : now.embodied()) {
            slice.amortize(rate, rate.gramsPerNano() * (endNanos - startNanos), hostShares);
        }
        nobody.drainTo(unattributed);
        gpuShares = slice.ratios;
        started = true;
        untilNanos = endNanos;
        return slice.finish();
    }

    private record Gain(long microjoules, long lateMicrojoules) {}

    private Gain gain(MeterFeed meter, long startNanos, long endNanos) {
        Cursor cursor = cursors.computeIfAbsent(new Key(meter.component(), meter.device()), key -> new Cursor());
        long total = Math.max(cursor.bookedMicrojoules, meter.energy().microjoulesAt(endNanos));
        long late = 0;
        if (!cursor.coveredBefore) {
            late = Math.max(0, meter.energy().microjoulesAt(startNanos) - cursor.bookedMicrojoules);
        }
        long gained = total - cursor.bookedMicrojoules;
        cursor.bookedMicrojoules = total;
        cursor.coveredBefore = meter.energy().coveredUntilNanos() - endNanos >= 0;
        return new Gain(gained, Math.min(late, gained));
    }

    /** Ends a server's interval at a scrape; {@link #advance} must have been called for that instant. */
    public void onScrape(String server, Scrape scrape) {
        account(server).onScrape(scrape, unattributed);
    }

    /** Gives up on a server's open interval: it has been silent for too long. */
    public void onOutage(String server) {
        account(server).onOutage(untilNanos, unattributed);
    }

    /** Notes which GPUs serve a server, so that what was learned of them is forgotten when they change. */
    public void onDevices(String server, List<String> devices) {
        List<String> before = devicesOfServer.put(server, List.copyOf(devices));
        if (before != null && !before.equals(devices)) {
            account(server).onDevicesChanged();
        }
    }

    /**
     * Notes what the models of a server hold of its GPUs, for what these draw while idle.
     *
     * @param bytesByModel memory by {@code model} label; where one that is loaded is missing, all are taken to hold the same
     */
    public void onMemory(String server, Map<String, Double> bytesByModel) {
        ServerAccount known = servers.get(server);
        if (known != null) {
            known.noteMemory(bytesByModel);
        }
    }

    private ServerAccount account(String server) {
        return servers.computeIfAbsent(server, name -> new ServerAccount(name, weights, pue));
    }

    /** Drops from the windows of models what is older than a minute. */
    public void expire(long nowNanos) {
        servers.values().forEach(server -> server.expire(nowNanos));
    }

    /**
     * Closes the accounts of models of which their servers have told nothing for two hours, and whose last figures were
     * published since; what is in them is of models that left.
     *
     * @param scrapedNanos the instant of what was last taken away, on the clock of {@link System#nanoTime()}
     */
    public void retire(long nowNanos, long scrapedNanos) {
        long keptSinceNanos = nowNanos - KEEP_MODEL_NANOS;
        long leftBeforeNanos = scrapedNanos - keptSinceNanos < 0 ? scrapedNanos : keptSinceNanos;
        servers.values().forEach(server -> server.retire(leftBeforeNanos, retired));
    }

    /** What was booked to models that have no account any more. */
    public Amounts retired() {
        return retired;
    }

    /** The servers that were ever scraped, in the order of their names. */
    public Collection<ServerAccount> servers() {
        return servers.values();
    }

    /** Energy of the facility since the start, by component, in microjoules; only components that were measured. */
    public Map<Component, Long> facilityMicrojoules() {
        return facility;
    }

    /**
     * How a GPU was shared in the last slice.
     *
     * @param method what the shares rest on: {@code tokens}, or as {@link GpuShares#method} has it
     * @param ratioByServer by {@code server} label; what is missing to 1 is of nobody
     */
    public record GpuShareRatios(String method, Map<String, Double> ratioByServer) {
        /** Copies the map. */
        public GpuShareRatios {
            ratioByServer = Map.copyOf(ratioByServer);
        }
    }

    /** How each GPU that serves was shared in the last slice, by {@code device} label. */
    public Map<String, GpuShareRatios> gpuShares() {
        return gpuShares;
    }

    /**
     * The energy of a part of a divided GPU since the start.
     *
     * @param instance its id, or {@code unassigned}
     * @param profile its size; empty for what is unassigned
     * @param method what the split rests on; empty for what is unassigned
     */
    public record InstanceEnergy(String device, String instance, String profile, String method, long microjoules) {}

    /** The energy of the instances of divided GPUs; the entries of a GPU sum to all that it used since the start. */
    public List<InstanceEnergy> instanceEnergies() {
        List<InstanceEnergy> energies = new ArrayList<>();
        instances
                .microjoules()
                .forEach((key, energy) -> energies.add(
                        new InstanceEnergy(key.device(), key.instance(), key.profile(), key.method(), energy)));
        instances.assignedByDevice().forEach((device, assigned) -> {
            Cursor cursor = cursors.get(new Key(Component.GPU, device));
            if (cursor != null) {
                energies.add(new InstanceEnergy(device, "unassigned", "", "", cursor.bookedMicrojoules - assigned));
            }
        });
        return energies;
    }

    /** What belongs to no model. */
    public Amounts unattributed() {
        return unattributed;
    }

    /** Energy in open intervals, whose model is not known yet; a copy. */
    public Amounts pending() {
        Amounts sum = new Amounts();
        servers.values().forEach(server -> sum.add(server.pending()));
        return sum;
    }

    private List<ServerAccount> openServers() {
        return servers.values().stream().filter(ServerAccount::isOpen).toList();
    }

    /** One slice of time as it is taken apart. */
    private final class Slice {
        private final PerMicrojoule rate;
        private final Map<String, List<String>> serversByGpu;
        private final Map<String, GpuUse> useByGpu;
        private final long elapsedNanos;
        private final Map<String, GpuShareRatios> ratios = new TreeMap<>();
        /** Energy of GPUs by where it went, and its standard uncertainty, in microjoules. */
        private final Map<Pool, Share> gpuMicrojoules = new HashMap<>();

        private final List<DeviceSlice> parts = new ArrayList<>();
        private long overheadMicrojoules;

        Slice(Conditions now, long elapsedNanos) {
            rate = PerMicrojoule.ofGramsPerKwh(now.gramsPerKwh(), now.locationGramsPerKwh());
            this.elapsedNanos = elapsedNanos;
            serversByGpu = now.serversByGpu();
            useByGpu = now.useByGpu();
        }

        void takeGpu(MeterFeed meter, Gain gain) {
            long timely = gain.microjoules() - gain.lateMicrojoules();
            double idle = idleMicrojoules(meter.device(), timely);
            Map<Pool, Share> shares = gpuShares(meter.device(), timely > 0 ? idle / timely : 0);
            noteRatios(meter.device(), shares);
            GpuUse use = useByGpu.get(meter.device());
            if (use != null) {
                instances.add(meter.device(), use, timely, idle);
            }
            shares.forEach((pool, share) ->
                    gpuMicrojoules.merge(pool, new Share(share.ratio() * timely, share.error() * timely), Share::plus));
            take(meter, gain, shares);
        }

        void takeHost(MeterFeed meter, Gain gain, Map<Pool, Share> shares) {
            take(meter, gain, shares);
        }

        private void take(MeterFeed meter, Gain gain, Map<Pool, Share> shares) {
            Component component = meter.component();
            flow(nobody, component, gain.lateMicrojoules(), 0);
            List<Map.Entry<Pool, Share>> parties = List.copyOf(shares.entrySet());
            double[] weights = parties.stream()
                    .mapToDouble(party -> party.getValue().ratio())
                    .toArray();
            long[] split = Apportionment.split(gain.microjoules() - gain.lateMicrojoules(), weights);
            for (int i = 0; i < split.length; i++) {
                flow(
                        parties.get(i).getKey(),
                        component,
                        split[i],
                        parties.get(i).getValue().errorRatio());
            }
            facility.merge(component, gain.microjoules(), Long::sum);
            parts.add(new DeviceSlice(component, meter.device(), gain.microjoules()));
        }

        private void flow(Pool pool, Component component, long microjoules, double errorRatio) {
            overheadMicrojoules += pool.addEnergy(component, microjoules, rate.withDivision(errorRatio));
        }

        void amortize(EmbodiedRate rate, double grams, Map<Pool, Share> hostShares) {
            Map<Pool, Share> shares = rate.component() == Component.GPU ? gpuShares(rate.device(), 1) : hostShares;
            double sum = shares.values().stream().mapToDouble(Share::ratio).sum();
            shares.forEach((pool, share) -> pool.addEmbodied(rate.component(), grams * share.ratio() / sum));
        }

        /** What of a GPU's energy it would have drawn with nobody at work; 0 where that was never seen. */
        private double idleMicrojoules(String device, long microjoules) {
            GpuUse use = useByGpu.get(device);
            return use == null ? 0 : idleFloors.idleMicrojoules(device, use, microjoules, elapsedNanos);
        }

        /** @param idleRatio the part that is shared by what each holds and not by what each does */
        private Map<Pool, Share> gpuShares(String device, double idleRatio) {
            List<String> names = serversByGpu.getOrDefault(device, List.of());
            Optional<GpuShares> evidence = evidence(device);
            return evidence.isPresent() && !names.isEmpty()
                    ? evidenceShares(names, evidence.get(), idleRatio)
                    : tokenShares(device);
        }

        private Optional<GpuShares> evidence(String device) {
            GpuUse use = useByGpu.get(device);
            return use == null ? Optional.empty() : use.shares();
        }

        private void noteRatios(String device, Map<Pool, Share> shares) {
            List<String> names = serversByGpu.getOrDefault(device, List.of());
            if (!names.isEmpty()) {
                if (shares.values().stream().filter(share -> share.ratio() > 0).count() > 1
                        && evidence(device).filter(GpuShares::tellsWork).isEmpty()) {
                    names.stream()
                            .map(servers::get)
                            .filter(account -> account != null && shares.containsKey(account.pool()))
                            .forEach(ServerAccount::noteShared);
                }
                String method = evidence(device).map(GpuShares::method).orElse("tokens");
                ratios.put(device, ratios(names, method, shares));
            }
        }

        private GpuShareRatios ratios(List<String> names, String method, Map<Pool, Share> shares) {
            Map<String, Double> byServer = new HashMap<>();
            for (String name : names) {
                ServerAccount account = servers.get(name);
                Share share = account == null ? null : shares.get(account.pool());
                if (share != null) {
                    byServer.put(name, share.ratio());
                }
            }
            return new GpuShareRatios(method, byServer);
        }

        /** The part of a server that is not open, or that does not serve on the GPU any more, is of nobody. */
        private Map<Pool, Share> evidenceShares(List<String> names, GpuShares evidence, double idleRatio) {
            GpuShares.Division division = evidence.divide(idleRatio);
            Map<Pool, Share> shares = new HashMap<>();
            shares.put(nobody, new Share(division.ofNobody(), 0));
            division.byName().forEach((name, ratio) -> {
                ServerAccount account = names.contains(name) ? servers.get(name) : null;
                Share share = new Share(ratio, division.errorByName().getOrDefault(name, 0.0));
                shares.merge(account != null && account.isOpen() ? account.pool() : nobody, share, Share::plus);
            });
            return normalized(shares);
        }

        private Map<Pool, Share> tokenShares(String device) {
            List<ServerAccount> open = serversByGpu.getOrDefault(device, List.of()).stream()
                    .map(servers::get)
                    .filter(account -> account != null && account.isOpen())
                    .toList();
            double sum = open.stream()
                    .mapToDouble(ServerAccount::weightedTokensPerSecond)
                    .sum();
            if (open.isEmpty() || !(sum > 0)) {
                return equally(open);
            }
            Map<Pool, Share> shares = new HashMap<>();
            for (ServerAccount account : open) {
                double share = account.weightedTokensPerSecond() / sum;
                shares.put(
                        account.pool(),
                        new Share(share, SplitUncertainty.ofFactor(SplitUncertainty.TOKENS_FACTOR, share)));
            }
            return normalized(shares);
        }

        private Map<Pool, Share> equally(List<ServerAccount> accounts) {
            if (accounts.isEmpty()) {
                return Map.of(nobody, Share.WHOLE);
            }
            double share = 1.0 / accounts.size();
            Map<Pool, Share> shares = new HashMap<>();
            accounts.forEach(
                    account -> shares.put(account.pool(), new Share(share, SplitUncertainty.ofUnknown(share))));
            return normalized(shares);
        }

        /** How the host's own energy is shared; sums to 1. It errs as that of the GPUs does. */
        Map<Pool, Share> hostShares() {
            return gpuMicrojoules.values().stream().anyMatch(energy -> energy.ratio() > 0)
                    ? normalized(gpuMicrojoules)
                    : equally(openServers());
        }

        private Map<Pool, Share> normalized(Map<Pool, Share> weights) {
            double sum = weights.values().stream().mapToDouble(Share::ratio).sum();
            Map<Pool, Share> shares = new HashMap<>();
            weights.forEach((pool, weight) -> shares.put(pool, new Share(weight.ratio() / sum, weight.error() / sum)));
            return shares;
        }

        List<DeviceSlice> finish() {
            if (overheadMicrojoules > 0 || pue > 1) {
                facility.merge(Component.OVERHEAD, overheadMicrojoules, Long::sum);
                parts.add(new DeviceSlice(Component.OVERHEAD, "", overheadMicrojoules));
            }
            return parts;
        }
    }
}
