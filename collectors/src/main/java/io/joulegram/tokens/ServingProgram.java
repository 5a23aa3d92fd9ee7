package io.joulegram.tokens;

import java.util.List;
import java.util.Optional;

/**
 * A program that serves models, and how it says on which port it tells its metrics.
 *
 * @param name what it is called
 * @param starts how its command lines begin: each a program or Python module, and the subcommand that must follow
 * @param portOptions the options that name the port, exactly as they are written; none that other sockets are named by
 * @param portVariables the environment variables that name it where no option does, the strongest first
 * @param usualPort where it is if neither does; empty if it then tells no metrics
 * @param tlsOptions the options that make it speak TLS there
 * @param forMetrics what makes it tell metrics if it tells none; empty if nothing has to be done
 */
public record ServingProgram(
        String name,
        List<List<String>> starts,
        List<String> portOptions,
        List<String> portVariables,
        Optional<Integer> usualPort,
        List<String> tlsOptions,
        String forMetrics) {
    /** Copies the lists. */
    public ServingProgram {
        starts = List.copyOf(starts);
        portOptions = List.copyOf(portOptions);
        portVariables = List.copyOf(portVariables);
        tlsOptions = List.copyOf(tlsOptions);
    }

    /** The programs that are known. */
    static List<ServingProgram> all() {
        return List.of(
                vllm(), sglang(), llamacpp(), tgi(), trtllm(), lmdeploy(), triton(), nim(), dynamo(), dynamoWorker());
    }

    /** vLLM ({@code vllm/entrypoints/openai/cli_args.py}). Its variable VLLM_PORT is of its inner sockets. */
    public static ServingProgram vllm() {
        return new ServingProgram(
                "vLLM",
                List.of(List.of("vllm", "serve"), List.of("vllm.entrypoints.openai.api_server")),
                List.of("--port"),
                List.of(),
                Optional.of(8000),
                List.of("--ssl-certfile", "--ssl-keyfile"),
                "start it without --disable-log-stats");
    }

    /** SGLang ({@code python/sglang/srt/server_args.py}). Its {@code --nccl-port} and {@code --dist-init-addr} are not asked. */
    public static ServingProgram sglang() {
        return new ServingProgram(
                "SGLang",
                List.of(List.of("sglang", "serve"), List.of("sglang.launch_server")),
                List.of("--port"),
                List.of(),
                Optional.of(30_000),
                List.of("--ssl-certfile", "--ssl-keyfile"),
                "start it with --enable-metrics");
    }

    /** llama.cpp ({@code tools/server/README.md}), also as a router, and as the one program of all its tools. */
    private static ServingProgram llamacpp() {
        return new ServingProgram(
                "llama.cpp",
                List.of(List.of("llama-server"), List.of("llama", "serve")),
                List.of("--port"),
                List.of("LLAMA_ARG_PORT"),
                Optional.of(8080),
                List.of("--ssl-cert-file", "--ssl-key-file"),
                "start it with --metrics");
    }

    /** TGI ({@code launcher/src/main.rs}, {@code router/src/main.rs}); it tells its metrics where it takes requests. */
    private static ServingProgram tgi() {
        return new ServingProgram(
                "TGI",
                List.of(List.of("text-generation-launcher"), List.of("text-generation-router")),
                List.of("--port", "-p"),
                List.of("PORT"),
                Optional.of(3000),
                List.of(),
                "");
    }

    /** TensorRT-LLM ("trtllm-serve" in its documentation). */
    private static ServingProgram trtllm() {
        return new ServingProgram(
                "TensorRT-LLM",
                List.of(List.of("trtllm-serve")),
                List.of("--port"),
                List.of(),
                Optional.of(8000),
                List.of(),
                "give it return_perf_metrics: true in the file of its options");
    }

    /** LMDeploy ({@code lmdeploy/cli/serve.py}). */
    private static ServingProgram lmdeploy() {
        return new ServingProgram(
                "LMDeploy",
                List.of(List.of("lmdeploy", "serve", "api_server")),
                List.of("--server-port"),
                List.of(),
                Optional.of(23_333),
                List.of("--ssl"),
                "start it without --disable-metrics");
    }

    /** Triton ("Metrics" in its documentation), whose metrics have a port of their own. */
    private static ServingProgram triton() {
        return new ServingProgram(
                "Triton",
                List.of(List.of("tritonserver")),
                List.of("--metrics-port"),
                List.of(),
                Optional.of(8002),
                List.of(),
                "start it without --allow-metrics=false; of its back ends vLLM's alone counts tokens");
    }

    /** NVIDIA NIM for LLMs ("Environment Variables" in its documentation), whose server is vLLM's with additions. */
    private static ServingProgram nim() {
        return new ServingProgram(
                "NIM",
                List.of(List.of("vllm_nvext.entrypoints.openai.api_server")),
                List.of("--port"),
                List.of("NIM_SERVER_PORT"),
                Optional.of(8000),
                List.of("--ssl-certfile", "--ssl-keyfile"),
                "");
    }

    /** The frontend of NVIDIA Dynamo ("Frontend Configuration Reference" in its documentation). */
    private static ServingProgram dynamo() {
        return new ServingProgram(
                "Dynamo",
                List.of(List.of("dynamo.frontend")),
                List.of("--http-port"),
                List.of("DYN_HTTP_PORT"),
                Optional.of(8000),
                List.of("--tls-cert-path", "--tls-key-path"),
                "");
    }

    /** A worker of Dynamo ("Metrics" in its documentation), which tells metrics only where it is told to. */
    private static ServingProgram dynamoWorker() {
        return new ServingProgram(
                "Dynamo's worker",
                List.of(List.of("dynamo.vllm"), List.of("dynamo.sglang"), List.of("dynamo.trtllm")),
                List.of(),
                List.of("DYN_SYSTEM_PORT"),
                Optional.empty(),
                List.of(),
                "");
    }
}
