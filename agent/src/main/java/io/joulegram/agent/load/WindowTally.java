package io.joulegram.agent.load;

/** Gathers what happened in a span of time, request by request as they end, of which none is kept. Not thread-safe. */
final class WindowTally {
    private static final double NANOS = 1e9;

    private final long from;
    private final long until;
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

    /**
     * Begins an empty one.
     *
     * @param from the begin of the span, on the clock of {@link System#nanoTime()}
     * @param until its end, exclusive
     */
    WindowTally(long from, long until) {
        this.from = from;
        this.until = until;
    }

    long from() {
        return from;
    }

    long until() {
        return until;
    }

    /**
     * What was gathered.
     *
     * @param end where the span ends if it was cut short, else its end
     */
    LoadWindow window(long end) {
        return new LoadWindow(
                (end - from) / NANOS,
                requests,
                servedPromptTokens,
                promptTokens,
                cachedTokens,
                outputTokens,
                attendedTokens,
                inFlightNanos / (end - from),
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

    /**
     * Adds a request that is over.
     *
     * @param usualTokensPerEvent tokens of an event where the server has not counted those of the request
     */
    void add(RequestRecord request, double usualTokensPerEvent) {
        boolean before = request.lastNanos() - from < 0;
        if (!request.isSent() || before || request.sentNanos() - until >= 0) {
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
        events(request, usualTokensPerEvent);
        if (request.isWhole() && contains(request.lastNanos())) {
            latency.add((request.lastNanos() - request.intendedNanos()) / NANOS);
            if (request.outputTokens() > 1) {
                long after = request.eventNanos(events - 1) - first;
                perToken.add(after / NANOS / (request.outputTokens() - 1));
            }
        }
    }

    private void events(RequestRecord request, double usualTokensPerEvent) {
        int events = request.events();
        // An answer that was given up counts as long as was asked for: how long it would have become is not known.
        double whole =
                request.isWhole() ? events : Math.max(events, request.shape().outputTokens() / usualTokensPerEvent);
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
