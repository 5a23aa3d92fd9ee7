package io.joulegram.tokens;

import io.joulegram.tokens.EngineTraits.CountsAt;
import io.joulegram.tokens.Exposition.Sample;
import io.joulegram.tokens.ScrapeException.Reason;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one server's models since its first scrape, carried over restarts of the server. Used by one thread.
 *
 * <p>Tokens that the server's {@linkplain ServerRole role} leaves to others are not told.
 *
 * <ul>
 *   <li>The first scrape is where counting starts: what the server counted before is not ours.
 *   <li>A series that appears later counts from 0: the server, or one more data-parallel engine of it, began since.
 *   <li>A series that falls began anew: what it shows now is what it grew by.
 *   <li>A series that goes away keeps what it had grown by, and goes on from its last value if it comes back.
 *   <li>If the time at which the server's process started moves on, every series began anew, fallen or not.
 * </ul>
 */
final class TokenTotals {
    /** Doubles are exact for every whole number up to here; a counter beyond it could not be differenced. */
    private static final double LARGEST_COUNT = 0x1p53;

    private static final double PROCESS_START_CHANGE_SECONDS = 1.0;
    /** As many scrapes of one process, after another one had answered, are taken to be of a server that was replaced. */
    private static final int SETTLED_SCRAPES = 60;

    private static final double MICROS_PER_SECOND = 1e6;
    private static final String FURTHER_MODELS = "other";

    /** Series that have gone away and may come back: some megabytes, whatever a server makes up. */
    private static final int MOST_VANISHED = 4_096;

    private final ScrapeLimits limits;
    private final Optional<ServerRole> roleGiven;
    private final Map<TrackId, CounterTrack> tracks = new HashMap<>();
    private final Map<Counted, TokenCounter> inUse = new EnumMap<>(Counted.class);
    private final Map<String, Map<Counted, Long>> models = new TreeMap<>();
    private OptionalDouble processStartSeconds = OptionalDouble.empty();
    private ServerRole roleTold = ServerRole.BOTH;
    private long scrapes;
    private int unsettledScrapes;

    /** A counter of one kind; the same series may be part of two. */
    private record TrackId(Counted kind, TokenCounter way, SeriesId series) {}

    /** Copies of one counter, and the model it belongs to. */
    private record Reading(String model, Map<SeriesId, Long> copies) {}

    /** The state after a scrape. */
    record Update(EngineTraits traits, boolean restarted, List<ModelTokens> models) {}

    /** @param roleGiven what the server does of each request; empty if the engine is to tell */
    TokenTotals(ScrapeLimits limits, Optional<ServerRole> roleGiven) {
        this.limits = limits;
        this.roleGiven = roleGiven;
    }

    /**
     * Takes a scrape.
     *
     * @param unlabelledModel the model of series that do not name theirs
     * @throws ScrapeException if a counter is not a count, or if several processes answer in turn; then no total is
     *     changed
     */
    Update update(Engine engine, Exposition exposition, String unlabelledModel) throws ScrapeException {
        requireOneProcess(exposition);
        Map<TrackId, Reading> readings = new HashMap<>();
        for (Counted kind : Counted.values()) {
            for (TokenCounter way : engine.countersOf(kind)) {
                read(engine, exposition, kind, way, unlabelledModel, readings);
            }
        }
        boolean first = scrapes++ == 0;
        boolean serverRestarted = processStartMoved(exposition);
        boolean restarted = serverRestarted;
        Set<String> loaded = new HashSet<>();
        Map<Counted, TokenCounter> counting = chooseCounting(engine, exposition);
        for (Map.Entry<TrackId, Reading> entry : readings.entrySet()) {
            TrackId id = entry.getKey();
            CounterTrack track = tracks.computeIfAbsent(id, unseen -> new CounterTrack());
            long growth = track.advance(entry.getValue().copies(), scrapes, serverRestarted);
            restarted |= track.beganAnew();
            if (id.way().equals(counting.get(id.kind()))) {
                loaded.add(known(entry.getValue().model()));
                tokensOf(entry.getValue().model()).merge(id.kind(), first ? 0 : growth, TokenTotals::saturatedSum);
            }
        }
        forgetVanishedBeyondLimit(readings.keySet());
        Map<String, Double> running = requests(engine, engine.running(), exposition, unlabelledModel);
        Map<String, Double> waiting = requests(engine, engine.waiting(), exposition, unlabelledModel);
        loaded.addAll(running.keySet());
        loaded.addAll(waiting.keySet());
        Map<String, BusySlots> busy =
                busySlots(requests(engine, engine.perStep(), exposition, unlabelledModel), readings);
        ServerRole does = role(engine.role(exposition), restarted);
        return new Update(
                engine.traits(countsAt(engine), does, exposition),
                restarted,
                modelTokens(running, waiting, busy, loaded).stream()
                        .map(does::counted)
                        .toList());
    }

    /** Series that tell the role may come later than others, and go; what they told holds until the server restarts. */
    private ServerRole role(ServerRole toldNow, boolean restarted) {
        if (restarted || toldNow != ServerRole.BOTH) {
            roleTold = toldNow;
        }
        return roleGiven.orElse(roleTold);
    }

    private void read(
            Engine engine,
            Exposition exposition,
            Counted kind,
            TokenCounter way,
            String unlabelledModel,
            Map<TrackId, Reading> readings)
            throws ScrapeException {
        for (Selector part : way.parts()) {
            for (Sample sample : part.choose(exposition)) {
                String model = engine.modelOf(sample.id()).orElse(unlabelledModel);
                SeriesId counter = sample.id().without(engine.ranksToMax());
                OptionalLong count = kind.isTokens() ? OptionalLong.of(count(sample)) : requestCount(kind, sample);
                if (count.isPresent()) {
                    readings.computeIfAbsent(new TrackId(kind, way, counter), id -> new Reading(model, new HashMap<>()))
                            .copies()
                            .put(sample.id(), count.getAsLong());
                }
            }
        }
    }

    private static long count(Sample sample) throws ScrapeException {
        double value = sample.value();
        if (!(value >= 0 && value <= LARGEST_COUNT && value == Math.rint(value))) {
            throw new ScrapeException(
                    Reason.MALFORMED,
                    "line " + sample.line() + ": " + sample.id() + " is " + value
                            + ": a count of tokens is a whole number from 0 to 2^53");
        }
        return (long) value;
    }

    /** Delay is not what is measured here: a server that tells nonsense of it has tokens all the same. */
    private static OptionalLong requestCount(Counted kind, Sample sample) {
        double value = sample.value() * (kind.isTime() ? MICROS_PER_SECOND : 1);
        return value >= 0 && value <= LARGEST_COUNT ? OptionalLong.of(Math.round(value)) : OptionalLong.empty();
    }

    /**
     * Behind a load balancer, or where the workers of a server share its port, each answer has the counters of another process:
     * every change would be taken for a restart. A process that began earlier than the one before tells so.
     */
    private void requireOneProcess(Exposition exposition) throws ScrapeException {
        OptionalDouble now = exposition.processStartSeconds();
        if (now.isEmpty() || processStartSeconds.isEmpty()) {
            return;
        }
        double change = now.getAsDouble() - processStartSeconds.getAsDouble();
        boolean another = Math.abs(change) > PROCESS_START_CHANGE_SECONDS;
        if (another && (change < 0 || unsettledScrapes > 0)) {
            unsettledScrapes = SETTLED_SCRAPES;
            processStartSeconds = now;
        } else if (unsettledScrapes > 0 && --unsettledScrapes == 0) {
            tracks.clear();
            scrapes = 0;
        }
        if (unsettledScrapes > 0) {
            throw new ScrapeException(
                    Reason.MALFORMED,
                    Exposition.PROCESS_START
                            + " went back: several processes answer here in turn, each with counters of"
                            + " its own; name each server by an address of its own, not that of a load balancer");
        }
    }

    private boolean processStartMoved(Exposition exposition) {
        OptionalDouble now = exposition.processStartSeconds();
        boolean moved = now.isPresent()
                && processStartSeconds.isPresent()
                && now.getAsDouble() - processStartSeconds.getAsDouble() > PROCESS_START_CHANGE_SECONDS;
        if (now.isPresent()) {
            processStartSeconds = now;
        }
        return moved;
    }

    /**
     * Decides which ways count in this scrape. When a better one appears beside the one in use, the old one counts a
     * last time: the new one has counted the same tokens and only goes on from here.
     */
    private Map<Counted, TokenCounter> chooseCounting(Engine engine, Exposition exposition) {
        Map<Counted, TokenCounter> counting = new EnumMap<>(Counted.class);
        for (Counted kind : Counted.values()) {
            List<TokenCounter> told = engine.countersOf(kind).stream()
                    .filter(way -> way.isToldBy(exposition))
                    .toList();
            if (!told.isEmpty()) {
                TokenCounter best = told.get(0);
                TokenCounter before = inUse.put(kind, best);
                counting.put(kind, before != null && told.contains(before) ? before : best);
            }
        }
        return counting;
    }

    private CountsAt countsAt(Engine engine) {
        List<TokenCounter> ways = engine.countersOf(Counted.GENERATED);
        TokenCounter used = inUse.get(Counted.GENERATED);
        if (used != null && ways.contains(used)) {
            return used.countsAt();
        }
        return ways.isEmpty() ? CountsAt.FINISHED : ways.get(0).countsAt();
    }

    /** The series of a scrape are bounded by the parser; those of earlier ones are not, if labels keep changing. */
    /** The longest away go first. One that comes back all the same counts from 0. */
    private void forgetVanishedBeyondLimit(Set<TrackId> seen) {
        int tooMany = tracks.size() - seen.size() - MOST_VANISHED;
        if (tooMany > 0) {
            tracks.entrySet().stream()
                    .filter(track -> !seen.contains(track.getKey()))
                    .sorted(Comparator.comparingLong(track -> track.getValue().lastSeenAt()))
                    .limit(tooMany)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(tracks::remove);
        }
    }

    /** How many series are kept in mind. */
    int tracked() {
        return tracks.size();
    }

    private Map<Counted, Long> tokensOf(String model) {
        return models.computeIfAbsent(known(model), unseen -> new EnumMap<>(Counted.class));
    }

    private String known(String model) {
        return models.containsKey(model) || models.size() < limits.maxModels() ? model : FURTHER_MODELS;
    }

    /** Stops at the largest number there is: a server that lies that much must not make a total fall. */
    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** A gauge that is not a number of requests is left out: unlike a counter it spoils nothing but itself. */
    private Map<String, Double> requests(
            Engine engine, List<Selector> gauges, Exposition exposition, String unlabelledModel) {
        Map<SeriesId, Double> highestCopy = new HashMap<>();
        for (Selector gauge : gauges) {
            for (Sample sample : gauge.choose(exposition)) {
                if (sample.value() >= 0 && Double.isFinite(sample.value())) {
                    highestCopy.merge(sample.id().without(engine.ranksToMax()), sample.value(), Math::max);
                }
            }
        }
        Map<String, Double> byModel = new HashMap<>();
        highestCopy.forEach((series, value) -> {
            String model = known(engine.modelOf(series).orElse(unlabelledModel));
            tokensOf(model);
            byModel.merge(model, value, Double::sum);
        });
        return byModel;
    }

    private Map<String, BusySlots> busySlots(Map<String, Double> perStep, Map<TrackId, Reading> readings) {
        Map<String, Double> steps = new HashMap<>();
        readings.forEach((id, reading) -> {
            if (id.kind() == Counted.STEPS) {
                steps.merge(
                        known(reading.model()),
                        (double) Collections.max(reading.copies().values()),
                        Double::sum);
            }
        });
        Map<String, BusySlots> busy = new HashMap<>();
        perStep.forEach((model, mean) -> {
            Double counted = steps.get(model);
            if (counted != null && counted * mean <= LARGEST_COUNT) {
                busy.put(model, new BusySlots(counted, mean));
            }
        });
        return busy;
    }

    private List<ModelTokens> modelTokens(
            Map<String, Double> running, Map<String, Double> waiting, Map<String, BusySlots> busy, Set<String> loaded) {
        return models.entrySet().stream()
                .map(model -> new ModelTokens(
                        model.getKey(),
                        total(model.getValue().get(Counted.PROMPT)),
                        total(model.getValue().get(Counted.CACHED_PROMPT)),
                        total(model.getValue().get(Counted.GENERATED)),
                        gauge(running.get(model.getKey())),
                        gauge(waiting.get(model.getKey())),
                        total(model.getValue().get(Counted.REQUESTS)),
                        total(model.getValue().get(Counted.REQUEST_MICROSECONDS)),
                        total(model.getValue().get(Counted.PREFILL_MICROSECONDS)),
                        total(model.getValue().get(Counted.DECODE_MICROSECONDS)),
                        total(model.getValue().get(Counted.STEPS)),
                        Optional.ofNullable(busy.get(model.getKey())),
                        loaded.contains(model.getKey())))
                .toList();
    }

    private static OptionalLong total(@Nullable Long tokens) {
        return tokens == null ? OptionalLong.empty() : OptionalLong.of(tokens);
    }

    private static OptionalDouble gauge(@Nullable Double requests) {
        return requests == null ? OptionalDouble.empty() : OptionalDouble.of(requests);
    }
}
