package io.joulegram.tokens;

import static io.joulegram.tokens.Counted.CACHED_PROMPT;
import static io.joulegram.tokens.Counted.DECODE_MICROSECONDS;
import static io.joulegram.tokens.Counted.GENERATED;
import static io.joulegram.tokens.Counted.PREFILL_MICROSECONDS;
import static io.joulegram.tokens.Counted.PROMPT;
import static io.joulegram.tokens.Counted.STEPS;
import static io.joulegram.tokens.Selector.countOf;
import static io.joulegram.tokens.Selector.counter;
import static io.joulegram.tokens.Selector.gauge;
import static io.joulegram.tokens.Selector.sumOf;
import static io.joulegram.tokens.TokenCounter.finished;
import static io.joulegram.tokens.TokenCounter.generated;

import java.util.List;
import java.util.Set;

/** The engines that are known without configuration. Each names the source file that its metrics are defined in. */
final class BuiltInEngines {
    private BuiltInEngines() {}

    /** In the order in which they are tried: the one without a prefix of its own is last. */
    static List<Engine> all() {
        return List.of(vllm(), sglang(), tgi(), trtllm(), llamacpp(), lmdeploy(), dynamo(), nim());
    }

    /**
     * vLLM 0 and 1 ({@code vllm/v1/metrics/loggers.py}), one series per data-parallel engine; also Triton's vLLM
     * backend on port 8002, which has the label {@code model} in place of {@code model_name}, and a Dynamo worker's, by
     * convention on port 8081, whose component is called {@code prefill} if it does no more than that. The prefix cache's hits
     * are not taken for cached tokens: they are counted again when an allocation fails. A step has an observation of the
     * tokens of an iteration if it had output ({@code vllm/v1/engine/async_llm.py}): one that only reads a part of a prompt
     * has none. Where several API servers share an engine, each observes a step of its requests.
     */
    private static Engine vllm() {
        String bySource = "vllm:prompt_tokens_by_source_total";
        Selector transferred = counter(bySource).where("source", "external_kv_transfer");
        return Engine.named("vllm")
                .usualPorts(8000, 8002, 8081)
                .tokens(PROMPT, generated(counter("vllm:prompt_tokens_total")))
                .tokens(
                        CACHED_PROMPT,
                        generated(counter("vllm:prompt_tokens_cached_total")),
                        generated(counter(bySource).where("source", "local_cache_hit"), transferred))
                .tokens(GENERATED, generated(counter("vllm:generation_tokens_total")))
                .tokens(STEPS, generated(countOf("vllm:iteration_tokens_total")))
                .latency("vllm:e2e_request_latency_seconds")
                .running(gauge("vllm:num_requests_running"))
                .waiting(gauge("vllm:num_requests_waiting"))
                .modelLabels("model_name", "model")
                .roleLabels("dynamo_component")
                .takenPrompts(transferred)
                .build();
    }

    /**
     * SGLang ({@code python/sglang/srt/observability/metrics_collector.py}). Versions since December 2025 count tokens
     * as they are processed; before, and still, as requests finish. Ranks of one replica tell the same tokens each if
     * all schedulers export; {@code dp_rank} tells replicas apart. With priority scheduling the series with an empty
     * {@code priority} is the total of the others. Seconds by mode of the forward pass count only where its device timer
     * is on ({@code SGLANG_ENABLE_METRICS_DEVICE_TIMER}); those of mixed batches are of no one phase. Its schedulers tell
     * by {@code engine_type} whether they do both phases ({@code unified}).
     */
    private static Engine sglang() {
        Selector realtime = counter("sglang:realtime_tokens_total").where("priority", "");
        Selector prefillCompute = realtime.where("mode", "prefill_compute");
        Selector prefillCache = realtime.where("mode", "prefill_cache");
        Selector seconds = counter("sglang:forward_execution_seconds_total").where("priority", "");
        return Engine.named("sglang")
                .usualPorts(30000)
                .tokens(
                        PROMPT,
                        generated(prefillCompute, prefillCache),
                        finished(counter("sglang:prompt_tokens_total")))
                .tokens(CACHED_PROMPT, generated(prefillCache), finished(counter("sglang:cached_tokens_total")))
                .tokens(
                        GENERATED,
                        generated(realtime.where("mode", "decode")),
                        finished(counter("sglang:generation_tokens_total")))
                .tokens(
                        PREFILL_MICROSECONDS,
                        generated(seconds.where("category", "extend"), seconds.where("category", "forward_extend")))
                .tokens(
                        DECODE_MICROSECONDS,
                        generated(seconds.where("category", "decode"), seconds.where("category", "forward_decode")))
                .latency("sglang:e2e_request_latency_seconds")
                .running(gauge("sglang:num_running_reqs").where("priority", ""))
                .waiting(gauge("sglang:num_queue_reqs").where("priority", ""))
                .modelLabels("model_name")
                .ranksToMax(Set.of("tp_rank", "pp_rank", "moe_ep_rank"))
                .roleLabels("engine_type", "dynamo_component")
                .build();
    }

    /**
     * Text Generation Inference ({@code router/src/server.rs}, {@code router/src/validation.rs}): token counts are
     * sums of histograms of requests, without a label for the model.
     */
    private static Engine tgi() {
        return Engine.named("tgi")
                .usualPorts(3000, 8080)
                .tokens(PROMPT, finished(sumOf("tgi_request_input_length")))
                .tokens(GENERATED, finished(sumOf("tgi_request_generated_tokens")))
                .tokens(
                        PREFILL_MICROSECONDS,
                        generated(sumOf("tgi_batch_forward_duration").where("method", "prefill")))
                .tokens(
                        DECODE_MICROSECONDS,
                        generated(sumOf("tgi_batch_forward_duration").where("method", "decode")))
                .latency("tgi_request_duration")
                .running(gauge("tgi_batch_current_size"))
                .waiting(gauge("tgi_queue_size"))
                .modelNameAt("/info", "model_id")
                .build();
    }

    /** TensorRT-LLM's {@code trtllm-serve} ({@code tensorrt_llm/metrics/collector.py}); the prefix depends on version. */
    private static Engine trtllm() {
        return Engine.named("trtllm")
                .metricsPath("/prometheus/metrics")
                .usualPorts(8000)
                .tokens(
                        PROMPT,
                        finished(counter("trtllm_prompt_tokens_total")),
                        finished(counter("trtllm:prompt_tokens_total")))
                .tokens(
                        CACHED_PROMPT,
                        finished(counter("trtllm_prompt_cached_tokens_total")),
                        finished(counter("trtllm:prompt_cached_tokens_total")))
                .tokens(
                        GENERATED,
                        finished(counter("trtllm_generation_tokens_total")),
                        finished(counter("trtllm:generation_tokens_total")))
                .latency("trtllm_e2e_request_latency_seconds", "trtllm:e2e_request_latency_seconds")
                .running(gauge("trtllm_num_requests_running"), gauge("trtllm:num_requests_running"))
                .waiting(gauge("trtllm_num_requests_waiting"), gauge("trtllm:num_requests_waiting"))
                .modelLabels("model_name")
                .build();
    }

    /**
     * llama.cpp's {@code llama-server} ({@code tools/server/README.md}): no labels at all, but for the one that
     * {@link LlamaRouter} adds; prompt tokens are those that were computed. It counts a prompt and its time once it has
     * computed it, output tokens and theirs at the end of the request ({@code server-context.cpp}); what moves meanwhile is the
     * number of its calls of {@code llama_decode()} and {@code n_busy_slots_per_decode}, the slots that were busy in them, on
     * average since the start. It prints six digits, so above a million its counters move in steps ({@link BusySlots}). Its
     * gauges of tokens per second are left alone: reading them resets them.
     */
    private static Engine llamacpp() {
        return Engine.named(LlamaRouter.ENGINE)
                .usualPorts(8080)
                .promptIncludesCached(false)
                .tokens(PROMPT, generated(counter("llamacpp:prompt_tokens_total")))
                .tokens(CACHED_PROMPT, generated(counter("llamacpp:prompt_tokens_cached_total")))
                .tokens(GENERATED, finished(counter("llamacpp:tokens_predicted_total")))
                .tokens(PREFILL_MICROSECONDS, generated(counter("llamacpp:prompt_seconds_total")))
                .tokens(DECODE_MICROSECONDS, finished(counter("llamacpp:tokens_predicted_seconds_total")))
                .tokens(STEPS, generated(counter("llamacpp:n_decode_total")))
                .running(gauge("llamacpp:requests_processing"))
                .waiting(gauge("llamacpp:requests_deferred"))
                .perStep(gauge("llamacpp:n_busy_slots_per_decode"))
                .modelLabels(LlamaRouter.MODEL_LABEL)
                .modelNameAt("/v1/models", "id")
                .build();
    }

    /** LMDeploy ({@code lmdeploy/metrics/loggers.py}); its label {@code engine} is the data-parallel rank. */
    private static Engine lmdeploy() {
        return Engine.named("lmdeploy")
                .usualPorts(23333)
                .tokens(PROMPT, generated(counter("lmdeploy:prompt_tokens_total")))
                .tokens(CACHED_PROMPT, finished(counter("lmdeploy:cached_tokens_total")))
                .tokens(GENERATED, generated(counter("lmdeploy:generation_tokens_total")))
                .running(gauge("lmdeploy:num_requests_running"))
                .waiting(gauge("lmdeploy:num_requests_waiting"))
                .modelLabels("model_name")
                .build();
    }

    /**
     * The frontend of NVIDIA Dynamo ({@code lib/runtime/src/metrics/prometheus_names.rs}). Its workers export the
     * series of their own engine again, elsewhere.
     */
    private static Engine dynamo() {
        return Engine.named("dynamo")
                .usualPorts(8000)
                .tokens(PROMPT, finished(sumOf("dynamo_frontend_input_sequence_tokens")))
                .tokens(CACHED_PROMPT, finished(sumOf("dynamo_frontend_cached_tokens")))
                .tokens(GENERATED, generated(counter("dynamo_frontend_output_tokens_total")))
                .latency("dynamo_frontend_request_duration_seconds")
                .running(gauge("dynamo_frontend_inflight_requests"))
                .waiting(gauge("dynamo_frontend_queued_requests"))
                .modelLabels("model")
                .build();
    }

    /** NVIDIA NIM for LLMs ("Observability" page of its documentation): vLLM's logger without a prefix. */
    private static Engine nim() {
        return Engine.named("nim")
                .metricsPath("/v1/metrics")
                .usualPorts(8000)
                .tokens(PROMPT, generated(counter("prompt_tokens_total")))
                .tokens(GENERATED, generated(counter("generation_tokens_total")))
                .latency("e2e_request_latency_seconds")
                .running(gauge("num_requests_running"))
                .waiting(gauge("num_requests_waiting"))
                .modelLabels("model_name", "model")
                .build();
    }
}
