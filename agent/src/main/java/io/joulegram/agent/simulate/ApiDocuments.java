package io.joulegram.agent.simulate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** The small JSON documents of the server. */
final class ApiDocuments {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MICRO_DIGITS = 6;
    private static final int NANO_DIGITS = 9;

    private ApiDocuments() {}

    /** {@code /v1/models}. */
    static byte[] models(EngineSettings settings, long createdSeconds) {
        ObjectNode root = JSON.createObjectNode().put("object", "list");
        root.putArray("data")
                .addObject()
                .put("id", settings.model().name())
                .put("object", "model")
                .put("created", createdSeconds)
                .put("owned_by", "joulegram-simulation")
                .put("max_model_len", settings.maxTokens());
        return bytes(root);
    }

    /** An error, in the shape that vLLM gives it. */
    static byte[] error(ApiException refusal) {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("error")
                .put("message", refusal.told())
                .put("type", refusal.type())
                .putNull("param")
                .put("code", refusal.status());
        return bytes(root);
    }

    /** {@code /truth}: joules and seconds to their last digit. */
    static byte[] truth(EngineGroup group) {
        EngineSettings settings = group.settings();
        Truth truth = group.truth();
        ObjectNode root = JSON.createObjectNode()
                .put("model", settings.model().name())
                .put("gpu", settings.accelerator().name())
                .put("tensor_parallel", settings.tensorParallel())
                .put("data_parallel", group.engines().size())
                .put("seed", settings.seed())
                .put("elapsed_seconds", BigDecimal.valueOf(truth.elapsedNanos(), NANO_DIGITS))
                .put("busy_seconds", BigDecimal.valueOf(truth.busyNanos(), NANO_DIGITS));
        root.putObject("gpu_joules")
                .put("idle", joules(truth.idleMicrojoules()))
                .put("prefill", joules(truth.prefillMicrojoules()))
                .put("decode", joules(truth.decodeMicrojoules()))
                .put("total", joules(truth.microjoules()));
        root.put("cpu_joules", joules(truth.cpuMicrojoules())).put("dram_joules", joules(truth.dramMicrojoules()));
        root.putObject("tokens")
                .put("prompt", truth.promptTokens())
                .put("prompt_cached", truth.cachedTokens())
                .put("prefill_computed", truth.computedPromptTokens())
                .put("generation", truth.generatedTokens());
        root.put("steps", truth.steps()).put("preemptions", truth.preemptions());
        root.put("requests_running", truth.running()).put("requests_waiting", truth.waiting());
        root.put("kv_cache_usage_ratio", truth.keyValueUsedRatio());
        return bytes(root);
    }

    private static BigDecimal joules(long microjoules) {
        return BigDecimal.valueOf(microjoules, MICRO_DIGITS);
    }

    private static byte[] bytes(ObjectNode root) {
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }
}
