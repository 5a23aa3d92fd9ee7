package io.joulegram.agent.simulate;

import java.util.EnumMap;
import java.util.Map;

/**
 * What vLLM's V1 engine counts ({@code vllm/v1/metrics/loggers.py}). Tokens of a prompt are counted when its first output
 * token is made, output tokens at the end of their step. Not thread-safe.
 */
final class EngineStatistics {
    /** Bounds of the histograms of times between tokens. */
    private static final double[] TOKEN_SECONDS = {
        0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
    };

    /** Bounds of the histograms of times of a request. */
    private static final double[] REQUEST_SECONDS = {
        0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
    };

    private static final double SECONDS_PER_NANO = 1e-9;

    final Histogram firstTokenSeconds = new Histogram(
            0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
            2560);
    final Histogram interTokenSeconds = new Histogram(TOKEN_SECONDS);
    final Histogram outputTokenSeconds = new Histogram(TOKEN_SECONDS);
    final Histogram latencySeconds = new Histogram(REQUEST_SECONDS);
    final Histogram queueSeconds = new Histogram(REQUEST_SECONDS);
    final Histogram inferenceSeconds = new Histogram(REQUEST_SECONDS);
    final Histogram prefillSeconds = new Histogram(REQUEST_SECONDS);
    final Histogram decodeSeconds = new Histogram(REQUEST_SECONDS);
    final Histogram requestPromptTokens;
    final Histogram requestGenerationTokens;
    final Histogram iterationTokens = new Histogram(1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384);

    private long promptTokens;
    private long cachedTokens;
    private long generatedTokens;
    private long computedPromptTokens;
    private long prefixQueries;
    private long prefixHits;
    private long preemptions;
    private long steps;
    private final Map<Finish, Long> finished = new EnumMap<>(Finish.class);

    EngineStatistics(int maxTokens) {
        requestPromptTokens = Histogram.upTo(maxTokens);
        requestGenerationTokens = Histogram.upTo(maxTokens);
    }

    /** Tokens of prompts whose first output token is made, those from the cache included. */
    long promptTokens() {
        return promptTokens;
    }

    /** Of them, those from the cache. */
    long cachedTokens() {
        return cachedTokens;
    }

    long generatedTokens() {
        return generatedTokens;
    }

    /** Tokens that prefill has computed, again after a preemption, too. */
    long computedPromptTokens() {
        return computedPromptTokens;
    }

    long prefixQueries() {
        return prefixQueries;
    }

    long prefixHits() {
        return prefixHits;
    }

    long preemptions() {
        return preemptions;
    }

    long steps() {
        return steps;
    }

    long finished(Finish reason) {
        return finished.getOrDefault(reason, 0L);
    }

    /** A sequence was admitted for the first time. */
    void admitted(Sequence sequence) {
        prefixQueries += sequence.promptTokens();
        prefixHits += sequence.cachedTokens();
    }

    void preempted() {
        preemptions++;
    }

    void aborted() {
        finished.merge(Finish.ABORT, 1L, Long::sum);
    }

    /** A sequence has made a token; {@link Sequence#lastTokenNanos()} is still that of the one before. */
    void tokenMade(Sequence sequence, long atNanos) {
        generatedTokens++;
        if (sequence.generatedTokens() == 1) {
            promptTokens += sequence.promptTokens();
            cachedTokens += sequence.cachedTokens();
            firstTokenSeconds.observe((atNanos - sequence.arrivalNanos()) * SECONDS_PER_NANO);
        } else {
            interTokenSeconds.observe((atNanos - sequence.lastTokenNanos()) * SECONDS_PER_NANO);
        }
    }

    void stepDone(long prefilledTokens, long madeTokens) {
        steps++;
        computedPromptTokens += prefilledTokens;
        iterationTokens.observe((double) (prefilledTokens + madeTokens));
    }

    /** A sequence has made its last token. */
    void finished(Sequence sequence) {
        finished.merge(sequence.finish(), 1L, Long::sum);
        double decode = (sequence.lastTokenNanos() - sequence.firstTokenNanos()) * SECONDS_PER_NANO;
        latencySeconds.observe((sequence.lastTokenNanos() - sequence.arrivalNanos()) * SECONDS_PER_NANO);
        queueSeconds.observe((sequence.admittedNanos() - sequence.arrivalNanos()) * SECONDS_PER_NANO);
        inferenceSeconds.observe((sequence.lastTokenNanos() - sequence.admittedNanos()) * SECONDS_PER_NANO);
        prefillSeconds.observe((sequence.firstTokenNanos() - sequence.admittedNanos()) * SECONDS_PER_NANO);
        decodeSeconds.observe(decode);
        if (sequence.generatedTokens() > 1) {
            outputTokenSeconds.observe(decode / (sequence.generatedTokens() - 1));
        }
        requestPromptTokens.observe(sequence.promptTokens());
        requestGenerationTokens.observe(sequence.generatedTokens());
    }
}
