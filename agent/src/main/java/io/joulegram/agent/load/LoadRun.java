package io.joulegram.agent.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One load, from the first request to the last. All of it happens on the client's event loop; the thread that runs it waits.
 *
 * <p>When the steady state begins is a rule and not a glance: in a closed loop when every client has had an answer; the
 * first ones are of evenly spread lengths, so that clients are not in step and their prompts do not meet; in an open loop when ten requests have ended and
 * three times their mean latency has passed; in both not before the warm-up is over.
 */
final class LoadRun {
    private static final long TICK_MILLIS = 20;
    private static final long RETRY_MILLIS = 1_000;
    private static final int ENDED_BEFORE_STEADY = 10;
    private static final int LATENCIES_BEFORE_STEADY = 3;
    private static final int FAILURES_AT_LEAST = 5;
    /** By whose spread a run tells how far its figures may be off. */
    private static final int PARTS = 10;

    private final StreamClient client;
    private final RequestBody bodies;
    private final Workload workload;
    private final Pace pace;
    private final LoadRules rules;
    private final Random random;
    private final LongSupplier nanoTime;
    private final CompletableFuture<LoadResult> result = new CompletableFuture<>();
    private final Set<RequestRecord> inFlight = new LinkedHashSet<>();
    private final List<WindowTally> parts = new ArrayList<>();
    /** Ended since the last tick: to go through their tokens at once would keep those of others waiting. */
    private final List<RequestRecord> toTally = new ArrayList<>();

    private final Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
    private final LoadProgress progress;
    private @Nullable Future<?> ticks;
    private long startNanos;
    private long nextArrivalNanos;
    private boolean sending = true;
    private boolean steady;
    private long beginNanos;
    private long endNanos;
    private int inFlightAtBegin;
    private int inFlightAtEnd;
    private int clientsAnswered;
    private long ended;
    private double latencyNanos;
    private int failed;
    private String firstReason = "";
    private long countedEvents;
    private long countedTokens;
    private @Nullable String limit;

    LoadRun(
            StreamClient client,
            RequestBody bodies,
            Workload workload,
            Pace pace,
            LoadRules rules,
            Random random,
            LongSupplier nanoTime,
            LoadProgress progress) {
        this.client = client;
        this.bodies = bodies;
        this.workload = workload;
        this.pace = pace;
        this.rules = rules;
        this.random = random;
        this.nanoTime = nanoTime;
        this.progress = progress;
    }

    /**
     * Runs to the end.
     *
     * @throws InterruptedException if the thread is interrupted; all requests are given up then
     * @throws LoadException if the generator itself failed
     */
    LoadResult run() throws InterruptedException {
        client.loop().execute(guarded(this::start));
        try {
            return result.get();
        } catch (InterruptedException e) {
            client.loop().execute(() -> giveUp("interrupted"));
            throw e;
        } catch (ExecutionException e) {
            throw new LoadException(e.getCause() == null ? e : e.getCause());
        }
    }

    private void start() {
        startNanos = nanoTime.getAsLong();
        ticks = client.loop().scheduleAtFixedRate(guarded(this::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        if (pace instanceof Pace.Concurrency closed) {
            // Not in the order of their connections, so that those do not end one after the other.
            List<Integer> order = new ArrayList<>(
                    IntStream.rangeClosed(1, closed.clients()).boxed().toList());
            Collections.shuffle(order, random);
            order.forEach(number -> new Client().begin((double) number / closed.clients()));
        } else {
            nextArrivalNanos = startNanos + gapNanos();
            awaitArrival();
        }
    }

    /** One that waits for each answer before it asks again. */
    private final class Client {
        private boolean answered;

        /** Asks for the first time, for a share of an answer. */
        void begin(double share) {
            RequestShape shape = workload.next(random);
            send(shape.withOutputTokens((int) Math.ceil(share * shape.outputTokens())), this::over);
        }

        private void over(RequestRecord request) {
            if (request.isWhole() && !answered) {
                answered = true;
                clientsAnswered++;
            }
            if (!sending) {
                return;
            }
            if (request.isWhole()) {
                send(workload.next(random), this::over);
            } else {
                // A server that refuses must not be asked in a tight loop.
                later(this::again, RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        private void again() {
            if (sending) {
                send(workload.next(random), this::over);
            }
        }
    }

    /** Time between two arrivals of a Poisson process. */
    private long gapNanos() {
        return Math.round(-Math.log(1 - random.nextDouble()) / pace.value() * 1e9);
    }

    private void later(Runnable action, long delay, TimeUnit unit) {
        var unused = client.loop().schedule(guarded(action), delay, unit);
    }

    private void awaitArrival() {
        long delay = Math.max(0, nextArrivalNanos - nanoTime.getAsLong());
        later(this::arrive, delay, TimeUnit.NANOSECONDS);
    }

    private void arrive() {
        // Several may be due by now; none is left out, and each counts from when it was due.
        while (sending && nextArrivalNanos - nanoTime.getAsLong() <= 0) {
            sendAt(workload.next(random), nextArrivalNanos, request -> {});
            nextArrivalNanos += gapNanos();
        }
        if (sending) {
            awaitArrival();
        }
    }

    private void send(RequestShape shape, RequestRecord.Listener then) {
        sendAt(shape, nanoTime.getAsLong(), then);
    }

    private void sendAt(RequestShape shape, long intendedNanos, RequestRecord.Listener then) {
        RequestRecord request = new RequestRecord(
                shape,
                intendedNanos,
                bodies.write(shape, random),
                gone -> guarded(() -> over(gone, then)).run());
        inFlight.add(request);
        client.send(request);
    }

    private void over(RequestRecord request, RequestRecord.Listener then) {
        inFlight.remove(request);
        toTally.add(request);
        progress.over(request);
        if (request.isWhole()) {
            ended++;
            latencyNanos += request.lastNanos() - request.intendedNanos();
        } else {
            request.failure().filter(why -> why != Failure.CANCELLED).ifPresent(why -> {
                failures.merge(why, 1, Integer::sum);
                firstReason = failed++ == 0 ? request.reason() : firstReason;
            });
        }
        then.over(request);
    }

    private void tally() {
        for (RequestRecord request : toTally) {
            if (request.isCounted()) {
                countedEvents += request.events();
                countedTokens += request.outputTokens();
            }
            double usualTokensPerEvent = countedEvents == 0 ? 1 : (double) countedTokens / countedEvents;
            parts.forEach(part -> part.add(request, usualTokensPerEvent));
        }
        toTally.clear();
    }

    /** The event loop would swallow what is thrown, and the thread that runs the load would wait for ever. */
    private Runnable guarded(Runnable action) {
        return () -> {
            try {
                action.run();
            } catch (Throwable e) {
                breakOff(e);
            }
        };
    }

    private void breakOff(Throwable why) {
        boolean first = result.completeExceptionally(why);
        sending = false;
        finish();
        if (first) {
            abandonAll(nanoTime.getAsLong());
        }
    }

    private void tick() {
        long now = nanoTime.getAsLong();
        giveUpSilent(now);
        if (sending) {
            watchLimits(now);
        }
        if (sending && !steady && isSteady(now)) {
            beginMeasurement(now);
        }
        long measuredUntil = beginNanos + rules.duration().toNanos();
        if (sending && steady && now - measuredUntil >= 0) {
            endMeasurement(measuredUntil);
        }
        if (!sending) {
            drain(now);
        }
        tally();
        progress.at(
                steady, steady ? (double) (now - beginNanos) / rules.duration().toNanos() : 0, inFlight.size(), ended);
    }

    private boolean isSteady(long now) {
        long elapsed = now - startNanos;
        if (elapsed < rules.warmUp().toNanos()) {
            return false;
        }
        if (pace instanceof Pace.Concurrency closed) {
            return clientsAnswered >= closed.clients();
        }
        return ended >= ENDED_BEFORE_STEADY && elapsed >= LATENCIES_BEFORE_STEADY * latencyNanos / ended;
    }

    private void watchLimits(long now) {
        if (failed >= FAILURES_AT_LEAST && failed > rules.maxFailureRatio() * (ended + failed)) {
            stop(now, failed + " of " + (ended + failed) + " requests failed, the first: " + firstReason);
        } else if (pace instanceof Pace.Rate && inFlight.size() > rules.maxInFlight()) {
            stop(
                    now,
                    "more than " + rules.maxInFlight() + " requests are on their way" + fit()
                            + ": the server cannot keep up");
        } else if (!steady
                && now - startNanos - rules.warmUp().toNanos()
                        > rules.steadyWithin().toNanos()) {
            stop(now, "no steady state within " + rules.steadyWithin().toSeconds() + " s after the warm-up");
        }
    }

    private String fit() {
        return rules.maxInFlight() < LoadRules.usual().maxInFlight()
                ? ", as many as fit into half of the heap (more would with java -Xmx4g -jar joulegram.jar bench)"
                : "";
    }

    private void stop(long now, String why) {
        limit = why;
        endMeasurement(now);
    }

    private void beginMeasurement(long now) {
        steady = true;
        beginNanos = now;
        inFlightAtBegin = inFlight.size();
        long length = rules.duration().toNanos();
        for (int part = 0; part < PARTS; part++) {
            parts.add(new WindowTally(now + length * part / PARTS, now + length * (part + 1) / PARTS));
        }
    }

    private void endMeasurement(long end) {
        sending = false;
        endNanos = end;
        inFlightAtEnd = inFlight.size();
    }

    /** A run that was given up has no more than the parts up to then. */
    private List<LoadResult.Part> measured() {
        return parts.stream()
                .filter(part -> endNanos - part.from() > 0)
                .map(part -> {
                    long end = endNanos - part.until() < 0 ? endNanos : part.until();
                    return new LoadResult.Part(part.from(), end, part.window(end));
                })
                .toList();
    }

    private void drain(long now) {
        boolean late = now - endNanos > rules.drain().toNanos();
        if (late || limit != null) {
            abandonAll(now);
        }
        if (inFlight.isEmpty()) {
            finish();
            tally();
            result.complete(new LoadResult(
                    measured(),
                    Optional.ofNullable(limit),
                    inFlightAtBegin,
                    inFlightAtEnd,
                    failures,
                    failed == 0 ? Optional.empty() : Optional.of(firstReason)));
        }
    }

    private void giveUpSilent(long now) {
        long patience = rules.silence().toNanos();
        List<RequestRecord> silent = inFlight.stream()
                .filter(request -> now - request.lastNanos() > patience)
                .toList();
        silent.forEach(request -> request.abandon(
                Failure.HUNG, "nothing came for " + rules.silence().toSeconds() + " s", now));
    }

    private void giveUp(String why) {
        stop(nanoTime.getAsLong(), why);
        abandonAll(nanoTime.getAsLong());
        finish();
    }

    private void abandonAll(long now) {
        List.copyOf(inFlight).forEach(request -> request.abandon(Failure.CANCELLED, "the measurement was over", now));
    }

    private void finish() {
        if (ticks != null) {
            ticks.cancel(false);
        }
    }
}
