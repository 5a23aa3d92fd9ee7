package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.load.LoadGenerator;
import io.joulegram.agent.load.LoadProgress;
import io.joulegram.agent.load.LoadResult;
import io.joulegram.agent.load.LoadWindow;
import io.joulegram.agent.load.Pace;
import io.joulegram.agent.load.RequestShape;
import io.joulegram.agent.load.Workload;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.TreeMap;

/** Measures one point: its repeats, what they used, and whether they can be trusted. */
final class PointRunner {
    private static final long SEEDS = 1_000_003;
    private static final double NOTABLE = 0.1;
    private static final double OTHERS_NOTABLE = 0.15;

    private final BenchPlan plan;
    private final LoadGenerator generator;
    private final Optional<AgentPoll> poll;
    private final BenchListener listener;
    private final InstantSource clock;
    private long runs = 1;

    PointRunner(
            BenchPlan plan,
            LoadGenerator generator,
            Optional<AgentPoll> poll,
            BenchListener listener,
            InstantSource clock) {
        this.plan = plan;
        this.generator = generator;
        this.poll = poll;
        this.listener = listener;
        this.clock = clock;
    }

    /** The same prompts with answers of one token. */
    private record PromptsAlone(Workload workload) implements Workload {
        @Override
        public RequestShape next(Random random) {
            RequestShape shape = workload.next(random);
            return new RequestShape(shape.promptTokens(), 1, shape.text());
        }

        @Override
        public String describe() {
            return "prompts alone";
        }
    }

    /** GPU energy above rest of a prompt token that is computed: one prompt at a time, answered by one token. */
    Optional<Estimate> probe(Workload workload, Conditions conditions) throws InterruptedException {
        if (poll.isEmpty() || conditions.restWatts(Boundary.GPU).isEmpty()) {
            return Optional.empty();
        }
        LoadResult result = generator.run(
                new PromptsAlone(workload),
                new Pace.Concurrency(1),
                plan.rules(),
                nextSeed(),
                progress("prompts alone: " + workload.describe()));
        if (!result.isMeasured()) {
            return Optional.empty();
        }
        Totals all = totals(result.whole(), conditions);
        OptionalDouble value = perComputedToken(all);
        if (value.isEmpty() || !(value.getAsDouble() > 0)) {
            return Optional.empty();
        }
        double[] parts = parts(result, conditions).stream()
                .flatMapToDouble(part -> perComputedToken(part).stream())
                .toArray();
        double rest = Totals.per(OptionalDouble.of(all.restErrorJoules(Boundary.GPU)), computed(all))
                .orElse(0);
        OptionalDouble spread = Estimates.half(parts);
        OptionalDouble half = spread.isPresent() ? OptionalDouble.of(Math.hypot(spread.getAsDouble(), rest)) : spread;
        return Optional.of(new Estimate(value.getAsDouble(), half, OptionalDouble.empty()));
    }

    private static OptionalDouble perComputedToken(Totals totals) {
        return Totals.per(totals.activeJoules(Boundary.GPU), computed(totals));
    }

    private static double computed(Totals totals) {
        return totals.load().promptTokens() - totals.load().cachedTokens();
    }

    /** Another for each run: the same prompts again would be answered from what the server has kept. */
    private long nextSeed() {
        return plan.seed() * SEEDS + runs++;
    }

    private LoadProgress progress(String what) {
        return (steady, ratio, inFlight, ended) -> listener.progress(what, steady, ratio, inFlight, ended);
    }

    /** Measures a point. */
    PointResult measure(ServerChoice server, Workload workload, Pace pace, Conditions conditions)
            throws InterruptedException {
        List<Totals> runs = new ArrayList<>();
        List<Totals> parts = new ArrayList<>();
        List<PointResult.Span> spans = new ArrayList<>();
        Map<String, Integer> failures = new TreeMap<>();
        List<String> notes = new ArrayList<>();
        Optional<String> limit = Optional.empty();
        PowerTrace power = PowerTrace.empty();
        for (int repeat = 0; repeat < plan.repeats() && limit.isEmpty(); repeat++) {
            String what = (server.name().isEmpty() ? "" : server.name() + ", ") + workload.describe() + ", " + pace
                    + (plan.repeats() > 1 ? ", run " + (repeat + 1) + " of " + plan.repeats() : "");
            LoadResult result = generator.run(workload, pace, plan.rules(), nextSeed(), progress(what));
            result.failures()
                    .forEach((failure, count) ->
                            failures.merge(failure.name().toLowerCase(Locale.ROOT), count, Integer::sum));
            limit = result.limit().or(() -> overrun(result, pace));
            if (limit.isEmpty()) {
                result.firstReason().ifPresent(reason -> notes.add("the first request that failed: " + reason));
            }
            if (result.isMeasured()) {
                LoadResult.Part whole = result.whole();
                Totals totals = totals(whole, conditions);
                runs.add(totals);
                spans.add(span(whole));
                notes.addAll(notes(result, totals));
                if (poll.isPresent() && totals.energy().isEmpty()) {
                    notes.add("energy is not known: the agent was silent for more than five seconds, or began anew");
                }
                if (repeat == 0) {
                    parts.addAll(parts(result, conditions));
                    power = trace(whole);
                }
            }
        }
        poll.ifPresent(agent -> agent.timeline().forgetBefore(System.nanoTime() - 10_000_000_000L));
        return new PointResult(
                server.name(),
                workload.describe(),
                pace.kind(),
                pace.value(),
                List.copyOf(spans),
                runs.isEmpty() ? Map.of() : Estimates.of(runs, parts),
                power,
                failures,
                limit,
                List.copyOf(notes));
    }

    private Totals totals(LoadResult.Part part, Conditions conditions) throws InterruptedException {
        if (poll.isEmpty()) {
            return new Totals(part.load(), Optional.empty(), conditions);
        }
        poll.get().awaitAfter(part.endNanos());
        return new Totals(part.load(), poll.get().timeline().between(part.beginNanos(), part.endNanos()), conditions);
    }

    private PointResult.Span span(LoadResult.Part whole) {
        long offset = clock.millis() - System.nanoTime() / 1_000_000;
        return new PointResult.Span(offset + whole.beginNanos() / 1_000_000, offset + whole.endNanos() / 1_000_000);
    }

    private List<Totals> parts(LoadResult result, Conditions conditions) throws InterruptedException {
        List<Totals> parts = new ArrayList<>();
        for (LoadResult.Part part : result.parts()) {
            parts.add(totals(part, conditions));
        }
        return parts;
    }

    /** In an open loop a server that cannot keep up shows by a queue that grows. */
    private static Optional<String> overrun(LoadResult result, Pace pace) {
        boolean grows = result.inFlightAtEnd() > 2 * result.inFlightAtBegin() + 10;
        return pace instanceof Pace.Rate && grows
                ? Optional.of("the server cannot keep up: " + result.inFlightAtBegin()
                        + " requests were on their way at" + " the begin, " + result.inFlightAtEnd() + " at the end")
                : Optional.empty();
    }

    private static List<String> notes(LoadResult result, Totals totals) {
        List<String> notes = new ArrayList<>();
        double first = 0;
        double second = 0;
        int middle = result.parts().size() / 2;
        if (middle > 0) {
            first = tokensPerSecond(result.parts().subList(0, middle));
            second = tokensPerSecond(
                    result.parts().subList(middle, result.parts().size()));
        }
        double drift = first > 0 ? second / first - 1 : 0;
        if (Math.abs(drift) > NOTABLE) {
            notes.add(String.format(
                    Locale.ROOT, "not steady: %+.0f %% tokens in the second half against the first", 100 * drift));
        }
        OptionalDouble counted = totals.energy().map(EnergyWindow::outputTokens).orElseGet(OptionalDouble::empty);
        double own = totals.load().outputTokens();
        if (counted.isPresent() && counted.getAsDouble() > own * (1 + OTHERS_NOTABLE)) {
            notes.add(String.format(
                    Locale.ROOT,
                    "the server that the agent watches wrote %.0f tokens, of which %.0f are ours: others use it, too, or it is"
                            + " another one; figures per token and request are of all energy over ours alone, too high",
                    counted.getAsDouble(),
                    own));
        }
        return notes;
    }

    private static double tokensPerSecond(List<LoadResult.Part> parts) {
        LoadWindow load = LoadResult.together(parts).load();
        return load.outputTokens() / load.seconds();
    }

    private PowerTrace trace(LoadResult.Part whole) {
        if (poll.isEmpty()) {
            return PowerTrace.empty();
        }
        List<Double> seconds = new ArrayList<>();
        List<Double> gpu = new ArrayList<>();
        List<Double> host = new ArrayList<>();
        for (long from = whole.beginNanos(); from + 1_000_000_000L <= whole.endNanos(); from += 1_000_000_000L) {
            Optional<EnergyWindow> window = poll.get().timeline().between(from, from + 1_000_000_000L);
            // Energy in a second is power.
            OptionalDouble gpuWatts =
                    window.map(energy -> energy.joules(Boundary.GPU)).orElseGet(OptionalDouble::empty);
            OptionalDouble hostWatts =
                    window.map(energy -> energy.joules(Boundary.HOST)).orElseGet(OptionalDouble::empty);
            if (gpuWatts.isPresent() && hostWatts.isPresent()) {
                seconds.add((from - whole.beginNanos()) / 1e9 + 0.5);
                gpu.add(gpuWatts.getAsDouble());
                host.add(hostWatts.getAsDouble());
            }
        }
        return new PowerTrace(seconds, gpu, host);
    }
}
