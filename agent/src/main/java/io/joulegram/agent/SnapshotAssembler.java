package io.joulegram.agent;

import io.joulegram.agent.attribution.Amounts;
import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.ModelAccount;
import io.joulegram.agent.attribution.Phase;
import io.joulegram.agent.attribution.RollingWindow;
import io.joulegram.agent.attribution.ServerAccount;
import io.joulegram.agent.calibrate.LearnedWindows;
import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.Meter;
import io.joulegram.agent.energy.MeterStream;
import io.joulegram.agent.energy.PowerHistogram;
import io.joulegram.agent.energy.SourceSampler;
import io.joulegram.agent.energy.SourceSupervisor;
import io.joulegram.agent.export.DelayProducts;
import io.joulegram.agent.export.Sci;
import io.joulegram.agent.export.Snapshot;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.export.Snapshot.CarbonState;
import io.joulegram.agent.export.Snapshot.GpuState;
import io.joulegram.agent.export.Snapshot.InstanceState;
import io.joulegram.agent.export.Snapshot.KeptState;
import io.joulegram.agent.export.Snapshot.MeterState;
import io.joulegram.agent.export.Snapshot.ModelState;
import io.joulegram.agent.export.Snapshot.PhaseEnergy;
import io.joulegram.agent.export.Snapshot.PhaseEstimate;
import io.joulegram.agent.export.Snapshot.PhaseFitState;
import io.joulegram.agent.export.Snapshot.PhasePerToken;
import io.joulegram.agent.export.Snapshot.PowerHistogramState;
import io.joulegram.agent.export.Snapshot.ServerState;
import io.joulegram.agent.export.Snapshot.SharingState;
import io.joulegram.agent.export.Snapshot.SourceState;
import io.joulegram.agent.export.Snapshot.StreamState;
import io.joulegram.agent.export.Snapshot.WorkloadsState;
import io.joulegram.agent.phases.PhaseFit;
import io.joulegram.agent.serving.ServedDevices;
import io.joulegram.agent.serving.ServerWatch;
import io.joulegram.power.Component;
import io.joulegram.power.GpuSource;
import io.joulegram.power.Quantity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Makes the snapshot that is published out of the books as they stand. Used by the bookkeeping thread. */
final class SnapshotAssembler {
    private final EnergyBook book;
    private final SourceSupervisor supervisor;
    private final Attribution attribution;
    /** Grams of models mean nothing where the carbon intensity is not known. */
    private final boolean intensityKnown;

    private final boolean locationKnown;
    private final PerTokenFigures perToken;
    private final LearnedWindows windows;

    /**
     * @param intensityKnown whether the intensity of the headline is asked for
     * @param locationKnown whether that of the location is
     */
    SnapshotAssembler(
            EnergyBook book,
            SourceSupervisor supervisor,
            Attribution attribution,
            LearnedWindows windows,
            boolean intensityKnown,
            boolean locationKnown) {
        this.book = book;
        this.windows = windows;
        this.supervisor = supervisor;
        this.attribution = attribution;
        this.intensityKnown = intensityKnown;
        this.locationKnown = locationKnown;
        perToken = new PerTokenFigures(attribution, intensityKnown);
    }

    /** @param factors how far what energy is multiplied with may be off */
    Snapshot assemble(
            long nowNanos,
            Collection<ServerWatch> servers,
            ServedDevices devices,
            CarbonState carbon,
            Uncertainties.Factors factors,
            KeptState kept,
            OptionalLong agentMicrojoules,
            Optional<WorkloadsState> workloads) {
        long wallMillis = System.currentTimeMillis();
        List<Uncertainties.Part> parts = Uncertainties.parts(book.entries(), nowNanos);
        return new Snapshot(
                wallMillis,
                nowNanos,
                book.entries().stream()
                        .filter(entry -> entry.meter().startNanos() != Long.MIN_VALUE)
                        .map(entry -> meter(entry, nowNanos, wallMillis))
                        .toList(),
                gpus(),
                sources(),
                servers.stream().map(watch -> server(watch, devices)).toList(),
                attribution.servers().stream()
                        .flatMap(account -> models(account, devices, carbon, parts, factors))
                        .toList(),
                new Deployments(perToken)
                        .of(
                                members(servers, devices),
                                gpus -> new Uncertainties(parts, gpus, carbon.embodied(), factors)),
                attribution.facilityMicrojoules(),
                byComponent(attribution.unattributed()),
                pending(),
                byComponent(attribution.retired()),
                carbon,
                kept,
                agentMicrojoules,
                workloads);
    }

    private MeterState meter(EnergyBook.Entry entry, long nowNanos, long wallMillis) {
        Meter meter = entry.meter();
        boolean live = entry.isLive(nowNanos);
        PowerHistogram histogram = meter.histogram();
        return new MeterState(
                meter.domain(),
                meter.device(),
                meter.streams().stream()
                        .filter(stream -> stream.lastValueNanos() != Long.MIN_VALUE)
                        .map(stream -> stream(entry, stream, live, nowNanos, wallMillis))
                        .toList(),
                meter.bestStream().channel().sensor(),
                meter.curve().totalMicrojoules(),
                meter.divergenceRatio(),
                meter.counterDoubt(),
                meter.counterResets(),
                meter.streamSwitches(),
                meter.unobservedNanos(),
                Math.max(0, nowNanos - meter.lastValueNanos()),
                live,
                meter.isAdditive(),
                new PowerHistogramState(PowerHistogram.boundsWatts(), histogram.counts(), histogram.sumWatts()));
    }

    private StreamState stream(
            EnergyBook.Entry entry, MeterStream stream, boolean meterLive, long nowNanos, long wallMillis) {
        long ageNanos = nowNanos - stream.lastValueNanos();
        double watts = stream.watts();
        OptionalLong learned = windows.of(stream);
        boolean live = meterLive && (ageNanos <= entry.staleAfterNanos() || stream.isFresh(nowNanos));
        return new StreamState(
                stream.channel().sensor(),
                stream.channel().quantity(),
                stream.microjoules(),
                live && Double.isFinite(watts) ? OptionalDouble.of(watts) : OptionalDouble.empty(),
                entry.meter().uncertaintyRatio(stream, nowNanos),
                learned.isPresent() ? learned : positive(stream.channel().windowNanos()),
                learned.isPresent(),
                stream.updatePeriodNanos(),
                smallestChange(stream),
                stream.lastValueNanos(),
                wallMillis - ageNanos / 1_000_000,
                live);
    }

    /** In microjoules of a counter, in milliwatts of power. */
    private static OptionalLong smallestChange(MeterStream stream) {
        OptionalLong change = stream.smallestChange();
        return change.isPresent() && stream.channel().quantity() == Quantity.ENERGY
                ? OptionalLong.of(
                        Math.round(change.getAsLong() * stream.channel().microjoulesPerCount()))
                : change;
    }

    private static OptionalLong positive(long value) {
        return value > 0 ? OptionalLong.of(value) : OptionalLong.empty();
    }

    private List<GpuState> gpus() {
        Map<String, List<InstanceState>> instances = new HashMap<>();
        for (Attribution.InstanceEnergy energy : attribution.instanceEnergies()) {
            instances
                    .computeIfAbsent(energy.device(), device -> new ArrayList<>())
                    .add(new InstanceState(energy.instance(), energy.profile(), energy.method(), energy.microjoules()));
        }
        List<GpuState> states = new ArrayList<>();
        for (SourceSampler sampler : book.samplers()) {
            if (sampler.source() instanceof GpuSource gpu) {
                boolean live = sampler.downReason().isEmpty();
                String device = gpu.info().device();
                states.add(new GpuState(
                        gpu.info(),
                        live ? Optional.ofNullable(gpu.telemetry()) : Optional.empty(),
                        Optional.ofNullable(attribution.gpuShares().get(device))
                                .map(shares -> new SharingState(shares.method(), shares.ratioByServer())),
                        instances.getOrDefault(device, List.of()),
                        live));
            }
        }
        return states;
    }

    private List<SourceState> sources() {
        Stream<SourceState> open = book.samplers().stream().map(SnapshotAssembler::source);
        Stream<SourceState> closed = supervisor.unavailable().entrySet().stream()
                .map(entry -> new SourceState(
                        entry.getKey(),
                        false,
                        entry.getValue().reason(),
                        entry.getValue().fix(),
                        Map.of(),
                        0,
                        0,
                        0,
                        0,
                        0,
                        0));
        return Stream.concat(open, closed).toList();
    }

    private static SourceState source(SourceSampler sampler) {
        String reason = sampler.downReason();
        return new SourceState(
                sampler.source().name(),
                reason.isEmpty(),
                reason,
                "",
                sampler.errors(),
                sampler.ticks(),
                sampler.missedTicks(),
                sampler.ticks(),
                sampler.readNanos(),
                sampler.ticks(),
                sampler.latenessNanos());
    }

    private static ServerState server(ServerWatch watch, ServedDevices devices) {
        String name = watch.target().name();
        return new ServerState(
                name,
                watch.traits().map(traits -> traits.engine()),
                watch.traits().map(traits -> traits.promptIncludesCached()),
                watch.traits().map(traits -> traits.countsAt().label()),
                watch.lastError().isEmpty(),
                devices.of(name).devices(),
                devices.of(name).origin(),
                watch.target().deployment(),
                watch.traits().map(traits -> traits.role().label()),
                watch.target().tokens().label(),
                watch.lastError(),
                watch.errors());
    }

    private List<Deployments.Member> members(Collection<ServerWatch> servers, ServedDevices devices) {
        List<Deployments.Member> members = new ArrayList<>();
        for (ServerWatch server : servers) {
            String name = server.target().name();
            Optional<String> deployment = server.target().deployment();
            if (deployment.isPresent() && server.traits().isPresent()) {
                members.add(new Deployments.Member(
                        deployment.get(),
                        server.traits().get().role(),
                        server.target().tokens(),
                        devices.of(name).devices(),
                        attribution.servers().stream()
                                .filter(account -> account.server().equals(name))
                                .flatMap(account -> account.models().stream())
                                .toList()));
            }
        }
        return members;
    }

    private Stream<ModelState> models(
            ServerAccount account,
            ServedDevices devices,
            CarbonState carbon,
            List<Uncertainties.Part> parts,
            Uncertainties.Factors factors) {
        Uncertainties uncertainties =
                new Uncertainties(parts, devices.of(account.server()).devices(), carbon.embodied(), factors);
        return account.models().stream().map(model -> model(account, model, uncertainties));
    }

    private ModelState model(ServerAccount server, ModelAccount model, Uncertainties uncertainties) {
        RollingWindow window = model.window();
        return new ModelState(
                server.server(),
                model.model(),
                model.promptTokens(),
                model.cachedPromptTokens(),
                model.generatedTokens(),
                model.madeTokens(),
                model.unattributedTokens(),
                model.bookedUntilNanos(),
                model.requestsRunning(),
                model.requestsWaiting(),
                model.requests(),
                seconds(model.requestMicroseconds()),
                model.phaseMethod().label(),
                server.phaseFit(model).map(fit -> published(fit, model.isCounted())),
                energy(model),
                intensityKnown ? OptionalDouble.of(model.operationalGrams()) : OptionalDouble.empty(),
                model.embodiedGrams(),
                perToken.of(window, uncertainties),
                phases(window),
                sci(window),
                delayProducts(window));
    }

    private List<PhaseEnergy> energy(ModelAccount model) {
        List<PhaseEnergy> energy = new ArrayList<>();
        for (Component component : attribution.facilityMicrojoules().keySet()) {
            for (Phase phase : Phase.values()) {
                energy.add(new PhaseEnergy(component, published(phase), model.microjoules(phase, component)));
            }
        }
        return energy;
    }

    /** @param perToken whether what a token costs is told; of a part of a server alone it is not */
    private static PhaseFitState published(PhaseFit fit, boolean perToken) {
        List<PhaseEstimate> estimates = new ArrayList<>();
        if (perToken) {
            fit.prefill().ifPresent(figure -> estimates.add(published(Snapshot.Phase.PREFILL, figure)));
            fit.decode().ifPresent(figure -> estimates.add(published(Snapshot.Phase.DECODE, figure)));
        }
        return new PhaseFitState(fit.state().label(), fit.windows(), fit.r2Ratio(), fit.conditionRatio(), estimates);
    }

    private static PhaseEstimate published(Snapshot.Phase phase, PhaseFit.Estimate figure) {
        return new PhaseEstimate(
                phase,
                figure.joules(),
                Math.max(0, figure.joules() - figure.halfWidthJoules()),
                figure.joules() + figure.halfWidthJoules());
    }

    private static Snapshot.Phase published(Phase phase) {
        return switch (phase) {
            case PREFILL -> Snapshot.Phase.PREFILL;
            case DECODE -> Snapshot.Phase.DECODE;
            case IDLE -> Snapshot.Phase.IDLE;
        };
    }

    private static List<PhasePerToken> phases(RollingWindow window) {
        List<PhasePerToken> phases = new ArrayList<>();
        window.prefillJoulesPerToken()
                .ifPresent(joules -> phases.add(new PhasePerToken(Snapshot.Phase.PREFILL, joules)));
        window.decodeJoulesPerToken().ifPresent(joules -> phases.add(new PhasePerToken(Snapshot.Phase.DECODE, joules)));
        return phases;
    }

    private Optional<Sci> sci(RollingWindow window) {
        long tokens = window.tokens(true);
        if (!locationKnown || tokens == 0 || !perToken.isKnown(window, Boundary.FACILITY)) {
            return Optional.empty();
        }
        double embodied = embodiedGrams(window);
        return Optional.of(new Sci(
                window.microjoules(RollingWindow.FACILITY, false) * 1e-6,
                window.locationGrams(RollingWindow.FACILITY),
                embodied,
                tokens));
    }

    /** Per request, over the same window as the requests that finished in it. */
    private Optional<DelayProducts> delayProducts(RollingWindow window) {
        long requests = window.requests();
        if (requests == 0 || !perToken.isKnown(window, Boundary.FACILITY)) {
            return Optional.empty();
        }
        double embodied = embodiedGrams(window);
        double grams = window.grams(RollingWindow.FACILITY, false) - embodied;
        return Optional.of(new DelayProducts(
                requests,
                window.requestMicroseconds() * 1e-6 / requests,
                window.microjoules(RollingWindow.FACILITY, false) * 1e-6 / requests,
                intensityKnown ? OptionalDouble.of(grams / requests) : OptionalDouble.empty(),
                embodied / requests));
    }

    private static double embodiedGrams(RollingWindow window) {
        return RollingWindow.FACILITY.stream()
                .mapToDouble(part -> window.embodiedGrams(part, false))
                .sum();
    }

    private static OptionalDouble seconds(OptionalLong microseconds) {
        return microseconds.isPresent() ? OptionalDouble.of(microseconds.getAsLong() * 1e-6) : OptionalDouble.empty();
    }

    private Map<Component, Long> pending() {
        Amounts sum = attribution.pending();
        return byComponent(sum);
    }

    private Map<Component, Long> byComponent(Amounts amounts) {
        Map<Component, Long> map = new EnumMap<>(Component.class);
        attribution.facilityMicrojoules().keySet().forEach(part -> map.put(part, amounts.microjoules(part)));
        return map;
    }
}
