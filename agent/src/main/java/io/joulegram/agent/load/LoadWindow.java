package io.joulegram.agent.load;

import java.util.List;

/**
 * Requests and tokens of a span of time. A token belongs to it if it came in it; a prompt, if its first token did; a
 * latency, if the request ended in it; and of a request as much as the share of its answer that came in it, so that a span
 * need not hold whole ones. Tokens of requests that the server has not counted yet count as those of
 * the others, by event. Immutable.
 *
 * @param seconds how long it is
 * @param requests requests that were served, by share of their answer
 * @param servedPromptTokens prompt tokens of those requests, by the same share
 * @param promptTokens of prompts, those from the cache included
 * @param cachedTokens those of them from the cache
 * @param outputTokens written
 * @param attendedTokens over all tokens that were computed, those that each attends to, itself included
 * @param meanInFlight requests on their way, on average over time
 * @param latencySeconds from the intended instant of sending to the end
 * @param firstTokenSeconds from the intended instant of sending to the first token
 * @param perTokenSeconds time after the first token over the tokens after it, request by request
 * @param interTokenSeconds time between two events of a stream
 * @param lagSeconds how late requests were sent: what the generator itself adds
 */
public record LoadWindow(
        double seconds,
        double requests,
        double servedPromptTokens,
        double promptTokens,
        double cachedTokens,
        double outputTokens,
        double attendedTokens,
        double meanInFlight,
        Samples latencySeconds,
        Samples firstTokenSeconds,
        Samples perTokenSeconds,
        Samples interTokenSeconds,
        Samples lagSeconds) {
    private static final double NANOS = 1e9;

    /** This span and another one. */
    public LoadWindow plus(LoadWindow other) {
        double all = seconds + other.seconds;
        return new LoadWindow(
                all,
                requests + other.requests,
                servedPromptTokens + other.servedPromptTokens,
                promptTokens + other.promptTokens,
                cachedTokens + other.cachedTokens,
                outputTokens + other.outputTokens,
                attendedTokens + other.attendedTokens,
                (meanInFlight * seconds + other.meanInFlight * other.seconds) / all,
                latencySeconds.plus(other.latencySeconds),
                firstTokenSeconds.plus(other.firstTokenSeconds),
                perTokenSeconds.plus(other.perTokenSeconds),
                interTokenSeconds.plus(other.interTokenSeconds),
                lagSeconds.plus(other.lagSeconds));
    }

    static LoadWindow of(List<RequestRecord> records, long from, long until) {
        return new Gathering(from, until, tokensPerEvent(records)).all(records);
    }

    private static double tokensPerEvent(List<RequestRecord> records) {
        long events = 0;
        long tokens = 0;
        for (RequestRecord request : records) {
            if (request.isCounted()) {
                events += request.events();
                tokens += request.outputTokens();
            }
        }
        return events == 0 ? 1 : (double) tokens / events;
    }

    /** Goes through the requests once. */
    private static final class Gathering {
        private final long from;
        private final long until;
        private final double usualTokensPerEvent;
        private final Samples.Builder latency = new Samples.Builder();
        private final Samples.Builder firstToken = new Samples.Builder();
        private final Samples.Builder perToken = new Samples.Builder();
        private final Samples.Builder interToken = new Samples.Builder();
        private final Samples.Builder lag = new Samples.Builder();
        private double requests;
        private double servedPromptTokens;
        private double promptTokens;
        private double cachedTokens;
        private double outputTokens;
        private double attendedTokens;
        private double inFlightNanos;

        Gathering(long from, long until, double usualTokensPerEvent) {
            this.from = from;
            this.until = until;
            this.usualTokensPerEvent = usualTokensPerEvent;
        }

        LoadWindow all(List<RequestRecord> records) {
            records.forEach(this::add);
            return new LoadWindow(
                    (until - from) / NANOS,
                    requests,
                    servedPromptTokens,
                    promptTokens,
                    cachedTokens,
                    outputTokens,
                    attendedTokens,
                    inFlightNanos / (until - from),
                    latency.build(),
                    firstToken.build(),
                    perToken.build(),
                    interToken.build(),
                    lag.build());
        }

        /** Each of so many tokens attends to those before it and to itself. */
        private static double pairs(double tokens) {
            return tokens * (tokens + 1) / 2;
        }

        /** What an answer's tokens attend to, each to prompt and answer up to it; the first follows from the prompt alone. */
        private static double attended(double promptTokens, double before, double tokens) {
            return tokens * (promptTokens + before + (tokens - 1) / 2) - (before == 0 ? promptTokens : 0);
        }

        private boolean contains(long nanos) {
            return nanos - from >= 0 && nanos - until < 0;
        }

        private void add(RequestRecord request) {
            if (!request.isSent()) {
                return;
            }
            long overlap = Math.min(until, request.lastNanos()) - Math.max(from, request.sentNanos());
            inFlightNanos += Math.max(0, overlap);
            if (contains(request.sentNanos())) {
                lag.add((request.sentNanos() - request.intendedNanos()) / NANOS);
            }
            int events = request.events();
            if (events == 0) {
                return;
            }
            long first = request.eventNanos(0);
            if (contains(first)) {
                firstToken.add((first - request.intendedNanos()) / NANOS);
                promptTokens += request.promptTokens();
                cachedTokens += request.cachedTokens();
                attendedTokens += pairs(request.promptTokens()) - pairs(request.cachedTokens());
            }
            events(request);
            if (request.isWhole() && contains(request.lastNanos())) {
                latency.add((request.lastNanos() - request.intendedNanos()) / NANOS);
                if (request.outputTokens() > 1) {
                    long after = request.eventNanos(events - 1) - first;
                    perToken.add(after / NANOS / (request.outputTokens() - 1));
                }
            }
        }

        private void events(RequestRecord request) {
            int events = request.events();
            // An answer that was given up counts as long as was asked for: how long it would have become is not known.
            double whole = request.isWhole()
                    ? events
                    : Math.max(events, request.shape().outputTokens() / usualTokensPerEvent);
            int inside = 0;
            double each = request.isCounted() ? (double) request.outputTokens() / events : usualTokensPerEvent;
            for (int i = 0; i < events; i++) {
                long at = request.eventNanos(i);
                if (contains(at)) {
                    outputTokens += each;
                    attendedTokens += attended(request.promptTokens(), i * each, each);
                    inside++;
                    if (i > 0) {
                        interToken.add((at - request.eventNanos(i - 1)) / NANOS);
                    }
                }
            }
            requests += inside / whole;
            servedPromptTokens += request.promptTokens() * inside / whole;
        }
    }
}
