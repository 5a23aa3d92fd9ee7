package io.joulegram.agent.attribution;

import io.joulegram.agent.phases.PhaseFit;
import io.joulegram.power.Component;
import io.joulegram.tokens.EngineTraits.CountsAt;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ServerRole;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * The open interval of one server, and the accounts of its models.
 *
 * <p>An interval begins at one scrape and ends at a later one:
 *
 * <ul>
 *   <li>With tokens, the energy that the devices would have used idle goes to idle, the rest to the models by the
 *       best evidence of what their phases cost, prefill and decode apart.
 *   <li>Without tokens, and with nothing running, all of it is idle.
 *   <li>Without tokens while requests run (a long prefill, or a server that counts at the end of a request and tells of
 *       nothing before), the interval stays open as long as the devices draw more than idle, at most for
 *       {@value #MOST_OPEN_NANOS} ns; else for {@value #MOST_RESTING_NANOS} ns. So it does while steps of the engine account
 *       for too little of it ({@link OutputProgress}).
 *   <li>Where it ends without tokens all the same, as the client has left, what was drawn beyond idle went into a prompt.
 *   <li>Idle energy is of the models that the server told of at the end: one that it has unloaded holds nothing.
 *   <li>Where another host counts the tokens, they tell what the server did, and energy alone is booked.
 *   <li>If the server was restarted in between, tokens may be missing, so neither its energy nor its tokens are
 *       attributed.
 * </ul>
 *
 * <p>Owned by the accounting thread.
 */
public final class ServerAccount {
    /** An hour: a million tokens at 300 a second. A server whose devices spin for nothing is not told from one that works. */
    static final long MOST_OPEN_NANOS = 3_600_000_000_000L;

    /** Requests for which the devices draw no more than idle are taken for dead after this. */
    static final long MOST_RESTING_NANOS = 30_000_000_000L;

    /** The least that work draws beyond idle, as a part of it: of a whole host where it runs on one core. */
    private static final double LEAST_WORK = 0.05;

    private final String server;
    private final PhaseSplit phases;
    private final Pool pool;
    private final Map<String, ModelAccount> models = new TreeMap<>();
    /** The counters of models without an account any more, from which they go on if they come back. */
    private final Map<String, ModelTokens> departed = new HashMap<>();

    private final IdlePower idlePower = new IdlePower();

    private Map<String, Double> memoryByModel = Map.of();
    private boolean open;
    /** Whether requests ran at a scrape in the open interval, which did not end it. */
    private boolean requestsRan;

    private long openedNanos;
    private boolean quietBefore;
    private double weightedTokensPerSecond;

    ServerAccount(String server, TokenWeights weights, double pue) {
        this.server = server;
        phases = new PhaseSplit(weights);
        pool = new Pool(pue);
    }

    /** The {@code server} label. */
    public String server() {
        return server;
    }

    /** The models, in the order of their names. */
    public Collection<ModelAccount> models() {
        return models.values();
    }

    /** Energy of the open interval, whose model is not known yet. */
    public Amounts pending() {
        return pool.amounts();
    }

    /** The idle power learned so far. */
    IdlePower idlePower() {
        return idlePower;
    }

    /** What is known of the phases of one of its models. */
    public Optional<PhaseFit> phaseFit(ModelAccount model) {
        return phases.fit(model.model());
    }

    /** In the open interval a device's energy was shared with another server on no evidence of what each did. */
    void noteShared() {
        phases.noteShared();
    }

    /** What its models hold of the GPUs, as far as they have processes of their own. */
    void noteMemory(Map<String, Double> bytesByModel) {
        memoryByModel = Map.copyOf(bytesByModel);
    }

    Pool pool() {
        return pool;
    }

    /** Whether energy flows into this server's interval: it answers, or did so a moment ago. */
    boolean isOpen() {
        return open;
    }

    /** Tokens per second, weighted, in the last interval; for sharing a device with another server. */
    double weightedTokensPerSecond() {
        return weightedTokensPerSecond;
    }

    /**
     * Ends the interval at a scrape, up to which all energy has been taken in.
     *
     * @param unattributed takes the energy that no model can be given
     */
    void onScrape(Scrape scrape, Amounts unattributed) {
        List<ModelWork> works = scrape.models().stream()
                .filter(now -> now.loaded() || !departed.containsKey(now.model()))
                .map(now -> work(now, scrape))
                .toList();
        if (!open || scrape.restarted()) {
            begin(scrape.atNanos(), works, unattributed);
            return;
        }
        long elapsedNanos = scrape.atNanos() - openedNanos;
        if (elapsedNanos <= 0) {
            return;
        }
        boolean busy = works.stream().anyMatch(work -> isBusy(work.now()));
        boolean worked = works.stream().anyMatch(ModelWork::worked);
        boolean told = works.stream().anyMatch(work -> work.worked() && !work.isOpen(elapsedNanos));
        if (!told && busy && mayGoOn(elapsedNanos)) {
            quietBefore = false;
            requestsRan = true;
            works.forEach(work -> work.account().noteRequests(work.now()));
            return;
        }
        noteQuiet(!worked && !busy, elapsedNanos);
        Amounts amounts = new Amounts();
        pool.drainTo(amounts);
        if (works.stream().noneMatch(work -> work.now().loaded() || work.worked())) {
            unattributed.add(amounts);
        } else {
            distribute(amounts, works, weigh(scrape, works, amounts, elapsedNanos), scrape.atNanos(), elapsedNanos);
        }
        for (ModelWork work : works) {
            ModelAccount account = work.account();
            account.progress().book(work.counted(), work.tokens(), account.latest(), work.now(), elapsedNanos);
            account.noteLatest(work.now(), scrape.atNanos());
        }
        openedNanos = scrape.atNanos();
        requestsRan = false;
    }

    /** Whether requests that run may be at work still, though nothing is told of it. */
    private boolean mayGoOn(long elapsedNanos) {
        return elapsedNanos < MOST_RESTING_NANOS || (elapsedNanos < MOST_OPEN_NANOS && drawsMoreThanIdle(elapsedNanos));
    }

    private boolean drawsMoreThanIdle(long elapsedNanos) {
        Amounts drawn = pool.amounts();
        long idle = 0;
        for (Component component : Component.values()) {
            idle += idlePower.idleMicrojoules(component, drawn.microjoules(component), elapsedNanos);
        }
        return drawn.totalMicrojoules() > idle * (1 + LEAST_WORK);
    }

    /** A server of one phase needs no fit: what it uses is that phase's, as its role leaves it no tokens of the other. */
    private PhaseWeights weigh(Scrape scrape, List<ModelWork> works, Amounts amounts, long elapsedNanos) {
        if (requestsRan && works.stream().noneMatch(ModelWork::worked)) {
            phases.interrupt();
            return PhaseSplit.ofUntold(works, scrape.traits().role());
        }
        if (scrape.traits().role() != ServerRole.BOTH) {
            phases.interrupt();
            return PhaseSplit.byRole(works);
        }
        boolean atFinish = scrape.traits().countsAt() == CountsAt.FINISHED;
        phases.learn(works, amounts, scrape.atNanos(), elapsedNanos, atFinish, idlePower);
        return phases.weigh(works);
    }

    /** Gives up on the open interval: the server has been silent for too long. */
    void onOutage(long atNanos, Amounts unattributed) {
        pool.drainTo(unattributed);
        models.values().forEach(model -> model.noteLeft(atNanos));
        phases.interrupt();
        open = false;
        requestsRan = false;
        quietBefore = false;
        weightedTokensPerSecond = 0;
    }

    /** Forgets what was learned of the devices, because they are others now. */
    void onDevicesChanged() {
        idlePower.reset();
        phases.forget();
        quietBefore = false;
    }

    void expire(long nowNanos) {
        models.values().forEach(model -> model.window().expire(nowNanos));
    }

    /**
     * Closes the accounts of models that left before an instant.
     *
     * @param retired takes what is in them
     */
    void retire(long leftBeforeNanos, Amounts retired) {
        for (ModelAccount model : List.copyOf(models.values())) {
            OptionalLong left = model.leftNanos();
            if (left.isPresent() && left.getAsLong() - leftBeforeNanos < 0) {
                models.remove(model.model());
                departed.put(model.model(), model.latest());
                retired.add(model.total());
            }
        }
    }

    private ModelWork work(ModelTokens now, Scrape scrape) {
        ModelAccount known = models.get(now.model());
        ModelTokens before = known == null ? departed.remove(now.model()) : known.latest();
        TokenDelta counted = TokenDelta.between(before, now, scrape.traits().promptIncludesCached());
        ModelTokens first = before == null ? now : before;
        ModelAccount account = models.computeIfAbsent(
                now.model(), name -> new ModelAccount(first, scrape.traits().tokens()));
        return new ModelWork(
                account, now, counted, account.progress().work(counted, first, now, scrape.atNanos() - openedNanos));
    }

    /** Opens an interval; what was open before is of nobody, and so are the tokens since. */
    private void begin(long atNanos, List<ModelWork> works, Amounts unattributed) {
        pool.drainTo(unattributed);
        phases.interrupt();
        for (ModelWork work : works) {
            work.account().bookUnattributed(work.counted());
            work.account().progress().forgetOutstanding();
            work.account().noteLatest(work.now(), atNanos);
        }
        open = true;
        requestsRan = false;
        openedNanos = atNanos;
        quietBefore = false;
        weightedTokensPerSecond = 0;
    }

    private static boolean isBusy(ModelTokens model) {
        return model.requestsRunning().orElse(0) > 0 || model.requestsWaiting().orElse(0) > 0;
    }

    /** Learns from a quiet interval, unless it is the first after some work, which may hold the work's tail. */
    private void noteQuiet(boolean quiet, long elapsedNanos) {
        if (quiet && quietBefore) {
            idlePower.learn(pool.amounts(), elapsedNanos);
        }
        quietBefore = quiet;
    }

    private void distribute(
            Amounts amounts, List<ModelWork> works, PhaseWeights weights, long endNanos, long elapsedNanos) {
        double[] active = weights.pairs();
        double[] resident = residency(works);
        boolean worked = weights.sum() > 0;
        weightedTokensPerSecond = phases.byTokens(works).sum() * 1e9 / elapsedNanos;
        List<Amounts> activeParts = emptyParts(active.length);
        List<Amounts> idleParts = emptyParts(resident.length);
        for (Component component : Component.values()) {
            long energy = amounts.microjoules(component);
            long idle = worked ? idlePower.idleMicrojoules(component, energy, elapsedNanos) : energy;
            PerMicrojoule rate = amounts.rate(component);
            spread(component, idle, worked ? rate.withDivision(0) : rate, resident, idleParts);
            spreadActive(component, energy - idle, rate, amounts.divisionMicrojoules(component), weights, activeParts);
            // Hardware is there whether or not it works, so its grams follow the work, or rest with the idle models.
            spreadEmbodied(
                    component,
                    amounts.embodiedGrams(component),
                    worked ? active : resident,
                    worked ? activeParts : idleParts);
        }
        for (int i = 0; i < works.size(); i++) {
            ModelWork work = works.get(i);
            if (!work.tokens().isEmpty()) {
                work.account().notePhaseMethod(weights.method());
            }
            work.account()
                    .book(new IntervalShare(
                            endNanos,
                            work.counted(),
                            work.tokens(),
                            activeParts.get(2 * i),
                            activeParts.get(2 * i + 1),
                            idleParts.get(i),
                            idlePower.isKnown()));
        }
    }

    /**
     * Idle energy is of the models that are loaded, by the memory they hold if that is known of all; where none is loaded any
     * more, of those that worked before they went.
     */
    private double[] residency(List<ModelWork> works) {
        List<ModelWork> loaded =
                works.stream().filter(work -> work.now().loaded()).toList();
        boolean memoryKnown = loaded.stream().allMatch(work -> memoryOf(work) > 0);
        return works.stream()
                .mapToDouble(work -> {
                    if (!(loaded.isEmpty() ? work.worked() : work.now().loaded())) {
                        return 0;
                    }
                    return memoryKnown && !loaded.isEmpty() ? memoryOf(work) : 1;
                })
                .toArray();
    }

    private double memoryOf(ModelWork work) {
        return memoryByModel.getOrDefault(work.now().model(), 0.0);
    }

    private static List<Amounts> emptyParts(int count) {
        return Stream.generate(Amounts::new).limit(count).toList();
    }

    private static void spread(
            Component component, long microjoules, PerMicrojoule rate, double[] weights, List<Amounts> parts) {
        if (microjoules > 0) {
            long[] split = Apportionment.split(microjoules, weights);
            for (int i = 0; i < split.length; i++) {
                parts.get(i).addEnergy(component, split[i], rate);
            }
        }
    }

    /**
     * What idle models would have drawn is by what they hold, so all that is not known of how energy was divided is of the
     * work: between servers, and between the models of this one.
     */
    private static void spreadActive(
            Component component,
            long microjoules,
            PerMicrojoule rate,
            double divisionMicrojoules,
            PhaseWeights weights,
            List<Amounts> parts) {
        if (microjoules > 0) {
            long[] split = Apportionment.split(microjoules, weights.pairs());
            double betweenServers = divisionMicrojoules / microjoules;
            for (int i = 0; i < split.length; i++) {
                double error = Math.hypot(betweenServers, weights.errorRatio(i / 2));
                parts.get(i).addEnergy(component, split[i], rate.withDivision(error));
            }
        }
    }

    private static void spreadEmbodied(Component component, double grams, double[] weights, List<Amounts> parts) {
        double sum = DoubleStream.of(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            parts.get(i).addEmbodied(component, grams * weights[i] / sum);
        }
    }
}
