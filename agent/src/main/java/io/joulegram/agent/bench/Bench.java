package io.joulegram.agent.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.agent.export.BuildInfo;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.load.FixedLengths;
import io.joulegram.agent.load.LoadException;
import io.joulegram.agent.load.LoadGenerator;
import io.joulegram.agent.load.LoadResult;
import io.joulegram.agent.load.LoadRules;
import io.joulegram.agent.load.Pace;
import io.joulegram.agent.load.RequestBody;
import io.joulegram.agent.load.Target;
import io.joulegram.agent.load.Workload;
import io.joulegram.agent.top.AgentView;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Carries out a plan: server by server, workload by workload, pace by pace. Used by one thread. */
public final class Bench {
    /** How long a run takes at most to return once its thread is interrupted: servers have ended by then, or were killed. */
    public static final Duration TO_END = ServerProcess.TO_STOP.plusSeconds(10);

    private static final int HELLO_PROMPT_TOKENS = 8;
    private static final long AGENT_SECONDS = 30;
    private static final int FEWEST_REST_PARTS = 4;
    private static final int MOST_REST_PARTS = 10;

    private final BenchPlan plan;
    private final BenchListener listener;
    private final InstantSource clock;
    private final Map<String, String> about = new LinkedHashMap<>();
    private final List<PointResult> points = new ArrayList<>();
    private List<String> servingGpus = List.of();

    /** @param clock for the instants in the result */
    public Bench(BenchPlan plan, BenchListener listener, InstantSource clock) {
        this.plan = plan;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Measures all points. What a server cannot do is in the result, and so is why it ended early.
     *
     * @throws BenchException if nothing could be measured at all
     */
    public BenchResult run() throws BenchException {
        describePlan();
        Optional<String> ended = Optional.empty();
        try {
            for (ServerChoice server : plan.servers()) {
                serve(server);
            }
        } catch (BenchException e) {
            if (points.isEmpty()) {
                throw e;
            }
            ended = Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            // The thread was told to stop, and does: with what there is.
            ended = Optional.of("interrupted");
        }
        return result(ended);
    }

    private BenchResult result(Optional<String> ended) {
        return new BenchResult(Collections.unmodifiableMap(new LinkedHashMap<>(about)), List.copyOf(points), ended);
    }

    private void describePlan() {
        about.put("study", plan.name());
        about.put("started", clock.instant().toString());
        about.put("joulegram", BuildInfo.current().toString());
        about.put("target", plan.target() + " (" + plan.api().path() + ")");
    }

    private void serve(ServerChoice server) throws BenchException, InterruptedException {
        TargetModels models = models();
        if (server.command().isEmpty()) {
            measure(server, models);
            return;
        }
        if (models.answers()) {
            throw new BenchException(
                    plan.target() + " answers before server " + server.name() + " was started: stop what runs there");
        }
        listener.step("starting server " + server.name());
        try (ServerProcess process =
                ServerProcess.start(server, server.command().get(), plan.serverLogs(), ServerProcess.TO_STOP)) {
            process.awaitReady(models, plan.readyWithin());
            measure(server, models);
        }
    }

    private TargetModels models() throws BenchException {
        try {
            return new TargetModels(plan.target(), plan.apiKey(), plan.authorities());
        } catch (IOException e) {
            throw new BenchException(String.valueOf(e.getMessage()), e);
        }
    }

    private void measure(ServerChoice server, TargetModels models) throws BenchException, InterruptedException {
        String model = plan.model().isPresent() ? plan.model().get() : models.only();
        Target target = new Target(plan.target(), plan.api(), model, plan.apiKey());
        about.merge("model", model, (one, two) -> one.equals(two) ? one : one + ", " + two);
        RequestBody bodies = new RequestBody(target, plan.form(), plan.vocabulary(), plan.ignoreEnd());
        try (LoadGenerator generator = LoadGenerator.open(target, bodies, plan.authorities())) {
            hello(generator);
            if (plan.agent().isEmpty()) {
                sweep(
                        server,
                        models,
                        new PointRunner(plan, generator, Optional.empty(), listener, clock),
                        Conditions.withoutEnergy(plan.mfu().model(), peakFlops(List.of())));
                return;
            }
            try (AgentPoll poll =
                    agent(plan.agent().get(), model, server.command().isPresent())) {
                PointRunner runner = new PointRunner(plan, generator, Optional.of(poll), listener, clock);
                sweep(server, models, runner, conditions(poll, peakFlops(servingGpus)));
            }
        } catch (IOException | LoadException e) {
            throw new BenchException(String.valueOf(e.getMessage()), e);
        }
    }

    /** One short request, to see whether the server takes ours at all. */
    private void hello(LoadGenerator generator) throws BenchException, InterruptedException {
        listener.step("asking the server for a token");
        LoadRules once = plan.rules()
                .lasting(Duration.ZERO, Duration.ofMillis(1), plan.rules().silence());
        LoadResult result = generator.run(
                new FixedLengths(HELLO_PROMPT_TOKENS, 1),
                new Pace.Concurrency(1),
                once,
                plan.seed(),
                (s, r, i, e) -> {});
        if (!result.failures().isEmpty() || !result.isMeasured()) {
            throw new BenchException("the server does not answer a short request: "
                    + result.firstReason().orElse("no answer"));
        }
    }

    /** The agent, as soon as it knows the model. */
    private AgentPoll agent(AgentChoice agent, String model, boolean started)
            throws BenchException, InterruptedException {
        long giveUp = System.nanoTime() + AGENT_SECONDS * 1_000_000_000L;
        while (true) {
            AgentView view = agent.reader().read(List.of(agent.address())).get(0);
            Optional<Served> served = view.answered()
                    ? Served.find(view.status(), view.summary(), model, agent.server())
                    : Optional.empty();
            if (served.isPresent()) {
                describeHardware(view, served.get());
                return new AgentPoll(
                        agent.reader(),
                        agent.address(),
                        served.get(),
                        AgentPoll.millisFor(plan.rules().duration()));
            }
            // It may be started with the server, and hears of a model with its next look at the server.
            boolean mayCome = view.answered() || (started && !view.lasting());
            if (!mayCome || System.nanoTime() - giveUp > 0) {
                throw new BenchException(
                        view.answered() ? Served.notKnown(view.summary(), model, agent.server()) : silent(view));
            }
            listener.step("waiting for the agent to see the model");
            Thread.sleep(1_000);
        }
    }

    private static String silent(AgentView view) {
        return "the agent at " + view.address().uri() + (view.lasting() ? " gives no figures: " : " does not answer: ")
                + view.problem()
                + "; start one (joulegram run), name it (--agent URL), or do without energy (--agent none)";
    }

    private void describeHardware(AgentView view, Served served) {
        servingGpus = served.gpus(view.status());
        Map<String, Long> gpus = view.status()
                .path("gpus")
                .valueStream()
                .collect(Collectors.groupingBy(
                        gpu -> gpu.path("name").asText("GPU"), LinkedHashMap::new, Collectors.counting()));
        about.put(
                "GPUs",
                gpus.entrySet().stream()
                        .map(entry -> entry.getValue() + " x " + entry.getKey())
                        .collect(Collectors.joining(", ")));
        meters(view.status()).ifPresent(uuids -> about.put(BenchResult.METERS, uuids));
        about.put(
                "energy",
                served.isAlone()
                        ? "of the whole host: the agent watches no other server"
                        : "what the agent attributes to the model of server " + served.server());
        for (JsonNode grid : view.summary().path("carbon").path("grid")) {
            if (grid.path("headline").asBoolean()) {
                about.put(
                        "grid",
                        grid.path("zone").asText() + ", "
                                + grid.path("provider").asText());
            }
        }
        JsonNode pue = view.summary().path("carbon").path("pueRatio");
        if (pue.isNumber()) {
            about.put("PUE", pue.asText());
        }
    }

    /** The GPUs, where each is named as no other in the world: some have but a place on their host. */
    static Optional<String> meters(JsonNode status) {
        List<String> uuids = status.path("gpus")
                .valueStream()
                .map(gpu -> gpu.path("uuid").asText(""))
                .sorted()
                .toList();
        return !uuids.isEmpty() && uuids.stream().allMatch(uuid -> uuid.startsWith("GPU-"))
                ? Optional.of(String.join(", ", uuids))
                : Optional.empty();
    }

    private OptionalDouble peakFlops(List<String> serving) {
        if (plan.mfu().model().isEmpty()) {
            return OptionalDouble.empty();
        }
        MfuRule.Peak peak = plan.mfu().peak(serving);
        about.put("peak", peak.origin());
        return peak.flops();
    }

    private Conditions conditions(AgentPoll poll, OptionalDouble peakFlops)
            throws InterruptedException, BenchException {
        if (plan.rest().isZero()) {
            return Conditions.withoutEnergy(plan.mfu().model(), peakFlops);
        }
        listener.step("measuring power at rest for " + plan.rest().toSeconds() + " s");
        // What was asked before must have ended in the server, too.
        Thread.sleep(500);
        long begin = System.nanoTime();
        Thread.sleep(plan.rest().toMillis());
        long end = System.nanoTime();
        poll.awaitAfter(end);
        EnergyWindow window = poll.timeline()
                .between(begin, end)
                .orElseThrow(() -> new BenchException("the agent did not answer while power at rest was measured"));
        if (window.outputTokens().orElse(0) > HELLO_PROMPT_TOKENS) {
            throw new BenchException(
                    "the server writes tokens for somebody else while it should rest: stop other clients,"
                            + " or do without (--rest 0s)");
        }
        return new Conditions(
                Optional.of(window),
                restErrors(poll.timeline(), begin, end),
                Optional.empty(),
                plan.mfu().model(),
                peakFlops);
    }

    /** Half of the 95 % interval of power at rest, from the spread of its parts: batch means. */
    private static Map<Boundary, Double> restErrors(AgentTimeline timeline, long begin, long end) {
        // The meters are asked four times a second: shorter parts would share their readings.
        int count = (int) Math.max(FEWEST_REST_PARTS, Math.min(MOST_REST_PARTS, (end - begin) / 1_000_000_000L));
        List<EnergyWindow> parts = new ArrayList<>();
        long length = (end - begin) / count;
        for (int part = 0; part < count; part++) {
            timeline.between(begin + part * length, begin + (part + 1) * length).ifPresent(parts::add);
        }
        Map<Boundary, Double> errors = new EnumMap<>(Boundary.class);
        for (Boundary boundary : Boundary.values()) {
            Estimates.half(parts.stream()
                            .flatMapToDouble(part -> Totals.per(part.joules(boundary), part.seconds()).stream())
                            .toArray())
                    .ifPresent(half -> errors.put(boundary, half));
        }
        return errors;
    }

    private void sweep(ServerChoice server, TargetModels models, PointRunner runner, Conditions conditions)
            throws InterruptedException, BenchException {
        for (Workload workload : plan.workloads()) {
            Conditions known = plan.probe() ? conditions.withPrefill(runner.probe(workload, conditions)) : conditions;
            for (Pace pace : plan.paces()) {
                PointResult point = runner.measure(server, workload, pace, known);
                points.add(point);
                listener.point(result(Optional.of("not finished")));
                if (point.limit().isPresent()) {
                    if (!models.answers()) {
                        lost(server);
                        return;
                    }
                    break;
                }
            }
        }
    }

    /** A server that its load has killed: the next one may live, if there is one to start. */
    private void lost(ServerChoice server) throws BenchException {
        if (server.command().isEmpty()) {
            throw new BenchException("the server does not answer any more");
        }
        listener.step("server " + server.name() + " does not answer any more");
    }
}
