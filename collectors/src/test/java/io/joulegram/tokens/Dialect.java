package io.joulegram.tokens;

import io.joulegram.tokens.FakeEngine.State;
import io.joulegram.tokens.MetricsPage.Numbers;
import java.util.List;
import java.util.Optional;

/**
 * How a {@link FakeInferenceServer} tells its tokens: pages as the real servers write them, with the neighbours that a
 * careless reader would take for counts of tokens.
 */
public enum Dialect {
    /** vLLM 1. */
    VLLM("vllm", "/metrics", Numbers.PYTHON),
    /** vLLM 1 in OpenMetrics 1.0, whatever was asked for. */
    VLLM_OPENMETRICS("vllm", "/metrics", Numbers.PYTHON),
    /** vLLM 0: no label for the engine, so one engine only. */
    VLLM_V0("vllm", "/metrics", Numbers.PYTHON),
    /** Triton's vLLM backend. */
    TRITON_VLLM("vllm", "/metrics", Numbers.PLAIN),
    /** SGLang that counts as it processes; two tensor-parallel ranks of every engine export. */
    SGLANG("sglang", "/metrics", Numbers.PYTHON),
    /** SGLang that counts finished requests. */
    SGLANG_FINISHED("sglang", "/metrics", Numbers.PYTHON),
    /** Text Generation Inference: one model, one engine. */
    TGI("tgi", "/metrics", Numbers.PLAIN),
    /** TensorRT-LLM's {@code trtllm-serve}. */
    TRTLLM("trtllm", "/prometheus/metrics", Numbers.PYTHON),
    /** The same in older versions. */
    TRTLLM_COLON("trtllm", "/prometheus/metrics", Numbers.PYTHON),
    /** llama.cpp: one model, one engine. */
    LLAMACPP("llamacpp", "/metrics", Numbers.SIX_DIGITS),
    /** LMDeploy. */
    LMDEPLOY("lmdeploy", "/metrics", Numbers.PYTHON),
    /** NVIDIA NIM. */
    NIM("nim", "/v1/metrics", Numbers.PYTHON),
    /** The frontend of NVIDIA Dynamo. */
    DYNAMO("dynamo", "/metrics", Numbers.PLAIN),
    /** A worker of NVIDIA Dynamo that exports vLLM's series once more. */
    DYNAMO_WORKER("vllm", "/metrics", Numbers.PYTHON);

    private final String engine;
    private final String path;
    private final Numbers numbers;

    Dialect(String engine, String path, Numbers numbers) {
        this.engine = engine;
        this.path = path;
        this.numbers = numbers;
    }

    /** The engine it is to be recognised as. */
    public String engine() {
        return engine;
    }

    String path() {
        return path;
    }

    String contentType() {
        return this == VLLM_OPENMETRICS
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8";
    }

    /** @param everyTokenCount stands in place of every count of tokens */
    String page(List<State> engines, double processStartSeconds, Optional<String> everyTokenCount) {
        MetricsPage text = new MetricsPage(numbers, everyTokenCount);
        boolean tellsProcess = this == VLLM || this == VLLM_V0 || this == LMDEPLOY;
        if (tellsProcess) {
            text.gauge("process_start_time_seconds", processStartSeconds);
        }
        write(text, engines);
        return text.toString();
    }

    private void write(MetricsPage page, List<State> engines) {
        switch (this) {
            case VLLM -> DialectPages.vllm(page, engines);
            case VLLM_OPENMETRICS -> DialectPages.vllmOpenMetrics(page, engines);
            case VLLM_V0 -> DialectPages.vllmV0(page, engines);
            case TRITON_VLLM -> DialectPages.tritonVllm(page, engines);
            case SGLANG -> DialectPages.sglang(page, engines);
            case SGLANG_FINISHED -> DialectPages.sglangFinished(page, engines);
            case TGI -> DialectPages.tgi(page, engines);
            case TRTLLM -> DialectPages.trtllm(page, engines, "trtllm_");
            case TRTLLM_COLON -> DialectPages.trtllm(page, engines, "trtllm:");
            case LLAMACPP -> DialectPages.llamacpp(page, engines);
            case LMDEPLOY -> DialectPages.lmdeploy(page, engines);
            case NIM -> DialectPages.nim(page, engines);
            case DYNAMO -> DialectPages.dynamo(page, engines);
            case DYNAMO_WORKER -> DialectPages.dynamoWorker(page, engines);
        }
    }
}
