package io.joulegram.agent.simulate;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The metrics of engines in Prometheus' text format 0.0.4, with the names, types and labels of vLLM's V1 engine ({@code
 * vllm/v1/metrics/loggers.py}, {@code stats.py}).
 */
final class VllmExposition {
    /** The lines of each family, since all samples of one must stand together. */
    private final Map<String, StringBuilder> families = new LinkedHashMap<>();

    private StringBuilder text = new StringBuilder();
    private String labels = "";

    /** Adds an engine. */
    void add(int rank, EngineSettings settings, EngineStatistics statistics, BatchScheduler scheduler) {
        labels = "engine=\"" + rank + "\",model_name=\"" + settings.model().name() + "\"";
        gauges(rank, settings, scheduler);
        counters(statistics);
        timings(statistics);
        sizes(statistics);
    }

    String text() {
        return String.join("", families.values());
    }

    private void gauges(int rank, EngineSettings settings, BatchScheduler scheduler) {
        gauge("num_requests_running", "Requests in the batch.", scheduler.running());
        gauge("num_requests_waiting", "Requests in the queue.", scheduler.waiting());
        gauge(
                "kv_cache_usage_perc",
                "Share of the KV cache in use, 1 being all.",
                (double) scheduler.usedBlocks() / settings.keyValueBlocks());
        head("cache_config_info", "gauge", "What the KV cache is.");
        sample(
                "cache_config_info",
                "block_size=\"" + KeyValueBlocks.TOKENS_PER_BLOCK + "\",enable_prefix_caching=\"True\",engine=\"" + rank
                        + "\"," + "num_gpu_blocks=\"" + settings.keyValueBlocks() + "\"",
                1L);
    }

    private void counters(EngineStatistics statistics) {
        counter("prefix_cache_queries_total", "Tokens looked up in the prefix cache.", statistics.prefixQueries());
        counter("prefix_cache_hits_total", "Tokens found in the prefix cache.", statistics.prefixHits());
        counter("num_preemptions_total", "Preemptions.", statistics.preemptions());
        counter("prompt_tokens_total", "Prompt tokens processed.", statistics.promptTokens());
        counter("prompt_tokens_cached_total", "Prompt tokens from the prefix cache.", statistics.cachedTokens());
        head("prompt_tokens_by_source_total", "counter", "Prompt tokens by where they come from.");
        bySource("local_compute", statistics.promptTokens() - statistics.cachedTokens());
        bySource("local_cache_hit", statistics.cachedTokens());
        bySource("external_kv_transfer", 0);
        counter("generation_tokens_total", "Output tokens.", statistics.generatedTokens());
        head("request_success_total", "counter", "Requests that ended.");
        for (Finish reason : Finish.values()) {
            sample(
                    "request_success_total",
                    labels + ",finished_reason=\"" + reason.label() + "\"",
                    statistics.finished(reason));
        }
    }

    private void bySource(String source, long tokens) {
        sample("prompt_tokens_by_source_total", labels + ",source=\"" + source + "\"", tokens);
    }

    private void timings(EngineStatistics statistics) {
        histogram("time_to_first_token_seconds", "Time to the first token.", statistics.firstTokenSeconds);
        histogram("inter_token_latency_seconds", "Time between two tokens.", statistics.interTokenSeconds);
        histogram(
                "request_time_per_output_token_seconds",
                "Mean time between the tokens of a request.",
                statistics.outputTokenSeconds);
        histogram("e2e_request_latency_seconds", "Time from arrival to last token.", statistics.latencySeconds);
        histogram("request_queue_time_seconds", "Time in the queue.", statistics.queueSeconds);
        histogram("request_inference_time_seconds", "Time in the batch.", statistics.inferenceSeconds);
        histogram("request_prefill_time_seconds", "Time until the first token.", statistics.prefillSeconds);
        histogram("request_decode_time_seconds", "Time after the first token.", statistics.decodeSeconds);
    }

    private void sizes(EngineStatistics statistics) {
        histogram("request_prompt_tokens", "Prompt tokens of a request.", statistics.requestPromptTokens);
        histogram("request_generation_tokens", "Output tokens of a request.", statistics.requestGenerationTokens);
        histogram("iteration_tokens_total", "Tokens of a step.", statistics.iterationTokens);
    }

    private void gauge(String name, String help, double value) {
        head(name, "gauge", help);
        sample(name, labels, value);
    }

    private void counter(String name, String help, long value) {
        head(name, "counter", help);
        sample(name, labels, value);
    }

    private void histogram(String name, String help, Histogram histogram) {
        head(name, "histogram", help);
        for (int bucket = 0; bucket < histogram.buckets(); bucket++) {
            sample(name + "_bucket", labels + ",le=\"" + histogram.bound(bucket) + "\"", histogram.cumulative(bucket));
        }
        sample(name + "_bucket", labels + ",le=\"+Inf\"", histogram.cumulative(histogram.buckets()));
        sample(name + "_count", labels, histogram.cumulative(histogram.buckets()));
        sample(name + "_sum", labels, histogram.sum());
    }

    private void head(String name, String type, String help) {
        text = families.computeIfAbsent(
                name,
                added -> new StringBuilder(
                        "# HELP vllm:" + added + " " + help + "\n# TYPE vllm:" + added + " " + type + "\n"));
    }

    /** Python's client writes every value as a float. */
    private void sample(String name, String labels, long value) {
        sampleText(name, labels, value + ".0");
    }

    private void sample(String name, String labels, double value) {
        sampleText(name, labels, Double.toString(value));
    }

    private void sampleText(String name, String labels, String value) {
        text.append("vllm:").append(name).append('{').append(labels).append("} ");
        text.append(value).append('\n');
    }
}
