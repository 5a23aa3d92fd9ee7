package io.joulegram.tokens;

import io.joulegram.tokens.FakeEngine.State;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Pages of metrics as the servers write them. */
final class DialectPages {
    private static final int TENSOR_PARALLEL_RANKS = 2;

    private DialectPages() {}

    static void vllm(MetricsPage page, List<State> engines) {
        page.gauge("python_info", 1, "implementation", "CPython", "version", "3.12.9");
        vllmSeries(page, engines, "model_name", "engine");
    }

    static void tritonVllm(MetricsPage page, List<State> engines) {
        page.type("nv_inference_count", "counter").sample("nv_inference_count", 77, "model", "m", "version", "1");
        page.type("nv_energy_consumption", "counter").sample("nv_energy_consumption", 1234.5, "gpu_uuid", "GPU-1");
        vllmSeries(page, engines, "model", "version");
    }

    static void vllmV0(MetricsPage page, List<State> engines) {
        vllmSeries(page, engines.subList(0, Math.min(1, engines.size())), "model_name", "");
    }

    static void dynamoWorker(MetricsPage page, List<State> engines) {
        page.type("vllm:generation_tokens_total", "counter");
        for (State engine : engines) {
            page.tokens(
                    "vllm:generation_tokens_total",
                    engine.counts().generated(),
                    "dynamo_namespace",
                    "dynamo",
                    "model_name",
                    engine.model(),
                    "engine",
                    String.valueOf(engine.rank()));
        }
    }

    private static void vllmSeries(MetricsPage page, List<State> engines, String modelLabel, String rankLabel) {
        page.raw("# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{block_size=\"16\",note=\"a}\\\"b,\\\\\","
                + "engine=\"0\"} 1.0\n");
        page.type("vllm:num_requests_running", "gauge");
        each(engines, modelLabel, rankLabel, (e, l) -> page.sample("vllm:num_requests_running", e.running(), l));
        page.type("vllm:num_requests_waiting", "gauge");
        each(engines, modelLabel, rankLabel, (e, l) -> page.sample("vllm:num_requests_waiting", e.waiting(), l));
        page.type("vllm:prompt_tokens_total", "counter");
        each(
                engines,
                modelLabel,
                rankLabel,
                (e, l) -> page.tokens("vllm:prompt_tokens_total", e.counts().prompt(), l));
        page.type("vllm:prompt_tokens_created", "gauge");
        each(engines, modelLabel, rankLabel, (e, l) -> page.sample("vllm:prompt_tokens_created", 1.7e9, l));
        page.type("vllm:prompt_tokens_cached_total", "counter");
        each(
                engines,
                modelLabel,
                rankLabel,
                (e, l) -> page.tokens(
                        "vllm:prompt_tokens_cached_total", e.counts().cached(), l));
        page.type("vllm:generation_tokens_total", "counter");
        each(
                engines,
                modelLabel,
                rankLabel,
                (e, l) -> page.tokens("vllm:generation_tokens_total", e.counts().generated(), l));
        page.type("vllm:generation_tokens_created", "gauge");
        each(engines, modelLabel, rankLabel, (e, l) -> page.sample("vllm:generation_tokens_created", 1.7e9, l));
        for (String trap : List.of(
                "vllm:iteration_tokens_total",
                "vllm:request_prompt_tokens",
                "vllm:request_generation_tokens",
                "vllm:time_to_first_token_seconds")) {
            page.type(trap, "histogram");
            each(engines, modelLabel, rankLabel, (e, l) -> page.histogramOf(trap, 7919, l));
        }
    }

    static void vllmOpenMetrics(MetricsPage page, List<State> engines) {
        page.raw("# TYPE vllm:prompt_tokens counter\n# UNIT vllm:prompt_tokens tokens\n");
        each(
                engines,
                "model_name",
                "engine",
                (e, l) -> page.tokens("vllm:prompt_tokens_total", e.counts().prompt(), l)
                        .sample("vllm:prompt_tokens_created", 1.7e9, l));
        page.raw("# TYPE vllm:generation_tokens counter\n");
        each(
                engines,
                "model_name",
                "engine",
                (e, l) -> page.tokens("vllm:generation_tokens_total", e.counts().generated(), l));
        page.raw("# TYPE vllm:iteration_tokens_total histogram\n");
        page.raw("vllm:iteration_tokens_total_bucket{le=\"+Inf\"} 13 # {trace_id=\"a b\"} 0.67 1520879608.1\n");
        page.raw("# TYPE vllm:num_requests_running gauge\n");
        each(engines, "model_name", "engine", (e, l) -> page.sample("vllm:num_requests_running", e.running(), l));
        page.raw("# EOF\n");
    }

    static void sglang(MetricsPage page, List<State> engines) {
        sglangFinished(page, engines);
        page.type("sglang:realtime_tokens_total", "counter");
        sglangRanks(engines, (e, l) -> {
            for (String priority : List.of("", "0")) {
                String metric = "sglang:realtime_tokens_total";
                String[] labels = with(l, "priority", priority);
                page.tokens(metric, e.counts().prompt() - e.counts().cached(), with(labels, "mode", "prefill_compute"));
                page.tokens(metric, e.counts().cached(), with(labels, "mode", "prefill_cache"));
                page.tokens(metric, e.counts().generated(), with(labels, "mode", "decode"));
            }
        });
    }

    static void sglangFinished(MetricsPage page, List<State> engines) {
        page.type("sglang:num_running_reqs", "gauge");
        sglangRanks(engines, (e, l) -> page.sample("sglang:num_running_reqs", e.running(), l));
        page.type("sglang:num_queue_reqs", "gauge");
        sglangRanks(engines, (e, l) -> page.sample("sglang:num_queue_reqs", e.waiting(), l));
        page.type("sglang:fwd_occupancy", "gauge").raw("sglang:fwd_occupancy NaN\n");
        page.histogram("sglang:prompt_tokens_histogram", "model_name", "m");
        page.histogram("sglang:generation_tokens_histogram", "model_name", "m");
        page.type("sglang:prompt_tokens_total", "counter");
        page.type("sglang:generation_tokens_total", "counter");
        page.type("sglang:cached_tokens_total", "counter");
        for (State e : engines) {
            // The tokenizer knows no ranks; here every engine has one of its own.
            String[] labels = {"model_name", e.model(), "is_streaming", e.rank() % 2 == 0 ? "true" : "false"};
            page.tokens("sglang:prompt_tokens_total", e.counts().prompt(), labels);
            page.tokens("sglang:generation_tokens_total", e.counts().generated(), labels);
            page.tokens("sglang:cached_tokens_total", e.counts().cached(), with(labels, "cache_source", "device"));
        }
    }

    private static void sglangRanks(List<State> engines, BiConsumer<State, String[]> series) {
        for (State engine : engines) {
            for (int tensorRank = 0; tensorRank < TENSOR_PARALLEL_RANKS; tensorRank++) {
                series.accept(engine, new String[] {
                    "engine_type", "unified",
                    "model_name", engine.model(),
                    "dp_rank", String.valueOf(engine.rank()),
                    "tp_rank", String.valueOf(tensorRank),
                    "pp_rank", "0"
                });
            }
        }
    }

    static void tgi(MetricsPage page, List<State> engines) {
        for (State e : engines.subList(0, Math.min(1, engines.size()))) {
            page.gauge("tgi_batch_current_size", e.running()).gauge("tgi_queue_size", e.waiting());
            page.gauge("tgi_batch_current_max_tokens", 16_000);
            page.type("tgi_request_count", "counter").sample("tgi_request_count", 13);
            page.type("tgi_request_input_length", "histogram")
                    .raw("tgi_request_input_length_bucket{le=\"+Inf\"} 13\ntgi_request_input_length_count 13\n")
                    .tokens("tgi_request_input_length_sum", e.counts().prompt());
            page.type("tgi_request_generated_tokens", "histogram")
                    .raw("tgi_request_generated_tokens_bucket{le=\"64\"} 5\ntgi_request_generated_tokens_count 13\n")
                    .tokens("tgi_request_generated_tokens_sum", e.counts().generated());
            page.type("tgi_request_skipped_tokens", "summary")
                    .raw("tgi_request_skipped_tokens{quantile=\"0.5\"} 0\ntgi_request_skipped_tokens_sum 4\n");
            page.histogram("tgi_batch_forward_duration", "method", "decode");
        }
    }

    static void trtllm(MetricsPage page, List<State> engines, String prefix) {
        for (State e : engines) {
            String[] labels = {"model_name", e.model(), "engine_type", "pytorch" + e.rank()};
            page.sample(prefix + "num_requests_running", e.running(), labels);
            page.sample(prefix + "num_requests_waiting", e.waiting(), labels);
            page.tokens(prefix + "prompt_tokens_total", e.counts().prompt(), labels);
            page.tokens(prefix + "prompt_cached_tokens_total", e.counts().cached(), labels);
            page.tokens(prefix + "generation_tokens_total", e.counts().generated(), labels);
            page.sample(prefix + "total_context_tokens", 4242, labels);
            page.raw(prefix + "request_success_total{finished_reason=\"stop\",} 4.0 1520879607789\n");
        }
    }

    static void llamacpp(MetricsPage page, List<State> engines) {
        for (State e : engines.subList(0, Math.min(1, engines.size()))) {
            long computed = e.counts().prompt() - e.counts().cached();
            page.tokenCounter("llamacpp:prompt_tokens_total", computed);
            page.tokenCounter("llamacpp:prompt_tokens_cached_total", e.counts().cached());
            page.type("llamacpp:prompt_seconds_total", "counter").sample("llamacpp:prompt_seconds_total", 3.623);
            page.tokenCounter("llamacpp:tokens_predicted_total", e.counts().generated());
            page.type("llamacpp:n_decode_total", "counter").sample("llamacpp:n_decode_total", 394);
            page.type("llamacpp:n_tokens_max", "counter").sample("llamacpp:n_tokens_max", 394);
            page.gauge("llamacpp:prompt_tokens_seconds", 1412.21);
            page.gauge("llamacpp:requests_processing", e.running());
            page.gauge("llamacpp:requests_deferred", e.waiting());
        }
    }

    static void lmdeploy(MetricsPage page, List<State> engines) {
        page.type("lmdeploy:num_requests_succeeded", "gauge");
        for (State e : engines) {
            String[] labels = {"model_name", e.model(), "engine", String.valueOf(e.rank())};
            page.sample("lmdeploy:num_requests_running", e.running(), labels);
            page.sample("lmdeploy:num_requests_waiting", e.waiting(), labels);
            page.tokens("lmdeploy:prompt_tokens_total", e.counts().prompt(), labels);
            page.tokens("lmdeploy:cached_tokens_total", e.counts().cached(), labels);
            page.tokens("lmdeploy:generation_tokens_total", e.counts().generated(), labels);
            page.histogramOf("lmdeploy:iteration_tokens_total", 7919, labels);
        }
    }

    static void nim(MetricsPage page, List<State> engines) {
        for (State e : engines) {
            String[] labels = {"model_name", e.model(), "engine", String.valueOf(e.rank())};
            page.sample("num_requests_running", e.running(), labels);
            page.sample("num_requests_waiting", e.waiting(), labels);
            page.sample("num_request_max", 2048, labels);
            page.tokens("prompt_tokens_total", e.counts().prompt(), labels);
            page.tokens("generation_tokens_total", e.counts().generated(), labels);
        }
    }

    static void dynamo(MetricsPage page, List<State> engines) {
        page.type("dynamo_frontend_input_sequence_tokens", "histogram");
        page.type("dynamo_frontend_cached_tokens", "histogram");
        page.type("dynamo_frontend_output_sequence_tokens", "histogram");
        page.type("dynamo_frontend_output_tokens_total", "counter");
        for (State e : engines) {
            String[] labels = {"model", e.model(), "replica", String.valueOf(e.rank())};
            page.sample("dynamo_frontend_inflight_requests", e.running(), labels);
            page.sample("dynamo_frontend_queued_requests", e.waiting(), labels);
            page.sample("dynamo_frontend_input_sequence_tokens_count", 13, labels);
            page.tokens("dynamo_frontend_input_sequence_tokens_sum", e.counts().prompt(), labels);
            page.tokens("dynamo_frontend_cached_tokens_sum", e.counts().cached(), labels);
            page.sample("dynamo_frontend_output_sequence_tokens_sum", 7919, labels);
            page.tokens("dynamo_frontend_output_tokens_total", e.counts().generated(), labels);
        }
    }

    private static void each(
            List<State> engines, String modelLabel, String rankLabel, BiConsumer<State, String[]> series) {
        for (State engine : engines) {
            List<String> labels = new ArrayList<>(List.of(modelLabel, engine.model()));
            if (!rankLabel.isEmpty()) {
                labels.addAll(List.of(rankLabel, String.valueOf(engine.rank())));
            }
            series.accept(engine, labels.toArray(String[]::new));
        }
    }

    private static String[] with(String[] labels, String name, String value) {
        List<String> more = new ArrayList<>(List.of(labels));
        more.addAll(List.of(name, value));
        return more.toArray(String[]::new);
    }
}
