package io.joulegram.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.tokens.ServingCommand.NamedPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServingCommandTest {
    private static List<String> words(String line) {
        return Arrays.asList(line.split(" ", -1));
    }

    private static Optional<NamedPort> port(String line, Map<String, String> variables) {
        return ServingCommand.of(words(line))
                .orElseThrow()
                .port(variable -> Optional.ofNullable(variables.get(variable)));
    }

    @ParameterizedTest
    @CsvSource({
        "/usr/bin/python3 /usr/local/bin/vllm serve org/model --port 9123, vLLM, 9123",
        "/opt/venv/bin/python3.12 -u -m vllm.entrypoints.openai.api_server --model m --port=9123, vLLM, 9123",
        "python3 /src/vllm/entrypoints/openai/api_server.py --port 9123, vLLM, 9123",
        "python -X dev -W ignore -m sglang.launch_server --nccl-port 9001 --port 9123 --dist-init-addr a:9002, SGLang, 9123",
        "python3 /usr/bin/sglang serve --model-path m --port 9123, SGLang, 9123",
        "/app/llama-server -m a.gguf --port 9123 --port 9124, llama.cpp, 9124",
        "/usr/bin/llama serve -m a.gguf --port 9123, llama.cpp, 9123",
        "text-generation-launcher --model-id m --master-port 9001 -p 9123, TGI, 9123",
        "text-generation-router --prometheus-port 9001 --port 9123, TGI, 9123",
        "python3 /usr/local/bin/trtllm-serve serve m --port 9123, TensorRT-LLM, 9123",
        "python3 /usr/bin/lmdeploy serve api_server m --server-port 9123 --proxy-url http://a:1, LMDeploy, 9123",
        "tritonserver --model-repository=/m --http-port=9001 --metrics-port=9123, Triton, 9123",
        "python3 -m vllm_nvext.entrypoints.openai.api_server --port 9123, NIM, 9123",
        "python3 -m dynamo.frontend --http-port 9123, Dynamo, 9123",
    })
    void theOptionOfTheProgramNamesThePort(String line, String program, int port) {
        assertThat(ServingCommand.of(words(line)).orElseThrow().program().name())
                .isEqualTo(program);
        assertThat(port(line, Map.of("PORT", "1", "LLAMA_ARG_PORT", "1")))
                .map(NamedPort::port)
                .contains(port);
    }

    @ParameterizedTest
    @CsvSource({
        "python3 /usr/bin/vllm serve m --master-port 9001 --data-parallel-rpc-port 9002, 8000",
        "python3 -m sglang.launch_server --nccl-port 9001, 30000",
        "llama-server -m a.gguf --metrics-port 9001, 8080",
        "text-generation-launcher --model-id m, 3000",
        "trtllm-serve m --metadata_server_config_file --ports 9001, 8000",
        "lmdeploy serve api_server m --port 9001, 23333",
        "tritonserver --http-port 9001 --grpc-port 9002, 8002",
        "python3 -m dynamo.frontend --port 9001, 8000",
    })
    void otherOptionsNameNoPort(String line, int usual) {
        assertThat(port(line, Map.of("MASTER_PORT", "9003", "VLLM_PORT", "9004")))
                .contains(new NamedPort(usual, "its usual one"));
    }

    @Test
    void theEnvironmentNamesThePortWhereNoOptionDoes() {
        Map<String, String> variables =
                Map.of("LLAMA_ARG_PORT", "9123", "PORT", "9124", "DYN_SYSTEM_PORT", "9125", "NIM_SERVER_PORT", "9126");

        assertThat(port("llama-server -m a.gguf", variables))
                .contains(new NamedPort(9123, "named by LLAMA_ARG_PORT in its environment"));
        assertThat(port("llama-server --port 9001", variables))
                .contains(new NamedPort(9001, "named by --port on its command line"));
        assertThat(port("text-generation-launcher", variables))
                .map(NamedPort::port)
                .contains(9124);
        assertThat(port("python3 -m dynamo.vllm --model m", variables))
                .map(NamedPort::port)
                .contains(9125);
        assertThat(port("python3 -m dynamo.vllm --model m", Map.of())).isEmpty();
        assertThat(port("python3 -m vllm_nvext.entrypoints.openai.api_server", variables))
                .map(NamedPort::port)
                .contains(9126);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama-server --port",
                "llama-server --port 0",
                "llama-server --port 65536",
                "llama-server --port 99999999999999999999",
                "llama-server --port -1",
                "llama-server --port=",
                "llama-server --port 80\u0660",
                "llama-server --port 9001 --port 127.0.0.1:9002",
            })
    void whatIsNoPortNamesNone(String line) {
        assertThat(port(line, Map.of("LLAMA_ARG_PORT", "9123"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vllm",
                "vllm bench serve --port 9123",
                "bash -c llama-server --port 9123",
                "grep llama-server --port 9123",
                "vim /usr/bin/llama-server --port 9123",
                "python3",
                "python3 -",
                "python3 -m",
                "python3 -c vllm serve --port 9123",
                "python3 train.py vllm serve --port 9123",
                "python3 -m torch.distributed.run vllm serve --port 9123",
                "torchrun --master-port 9123 -m vllm.entrypoints.openai.api_server",
                "/tmp/not-llama-server --port 9123",
                "llama-server/ --port 9123",
                "lmdeploy serve gradio --port 9123",
                "python3 -m vllm.entrypoints.openai --port 9123",
            })
    void otherProgramsAreNone(String line) {
        assertThat(ServingCommand.of(words(line))).isEmpty();
    }

    @Test
    void theOptionsEndWhereTheyAreSaidToEnd() {
        assertThat(port("llama-server --port 9123 -- --port 9124", Map.of()))
                .map(NamedPort::port)
                .contains(9123);
    }

    @Test
    void tlsIsTold() {
        assertThat(ServingCommand.of(words("vllm serve m --ssl-certfile=/a.pem")))
                .get()
                .matches(ServingCommand::speaksTls);
        assertThat(ServingCommand.of(words("vllm serve m --ssl_keyfile /k.pem")))
                .get()
                .matches(ServingCommand::speaksTls);
        assertThat(ServingCommand.of(words("lmdeploy serve api_server m --ssl")))
                .get()
                .matches(ServingCommand::speaksTls);
        assertThat(ServingCommand.of(words("vllm serve m --ssl-certfiles a")))
                .get()
                .matches(command -> !command.speaksTls());
    }

    @Test
    void aCommandLineOfAnyWordsIsReadInNoTimeAndNamesPortsAlone() {
        SplittableRandom random = new SplittableRandom(42);
        List<String> pieces = List.of(
                "vllm", "serve", "python3", "-m", "--port", "--port=", "=", "9123", "", "-", "--", "\u001b[31m", "x/");
        for (int i = 0; i < 20_000; i++) {
            List<String> line = new ArrayList<>();
            for (int words = random.nextInt(12); words > 0; words--) {
                line.add(pieces.get(random.nextInt(pieces.size())) + (random.nextInt(8) == 0 ? "9" : ""));
            }
            ServingCommand.of(line)
                    .flatMap(command -> command.port(variable -> Optional.empty()))
                    .ifPresent(named -> assertThat(named.port()).isBetween(1, 65_535));
        }
    }
}
