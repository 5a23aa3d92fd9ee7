package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.simulate.EngineSettings;
import io.joulegram.agent.simulate.Simulation;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SimulateCommandTest {
    private static final int STATUS = 42;

    private final StringWriter err = new StringWriter();
    private final List<Simulation> started = new ArrayList<>();
    private final List<ListenAddress> addresses = new ArrayList<>();
    private final List<AgentConfig> configs = new ArrayList<>();

    @Test
    void servesAnEightBillionModelOnOneH100UnlessTold() {
        assertThat(execute("simulate")).isEqualTo(STATUS);

        Simulation simulation = started.get(0);
        EngineSettings settings = simulation.settings();
        assertThat(settings.model().name()).isEqualTo("llama-3-8b");
        assertThat(settings.accelerator().name()).isEqualTo("h100");
        assertThat(settings.tensorParallel()).isEqualTo(1);
        assertThat(settings.maxSequences()).isEqualTo(256);
        assertThat(settings.maxBatchedTokens()).isEqualTo(8192);
        assertThat(settings.maxWaiting()).isEqualTo(10_000);
        assertThat(settings.seed()).isEqualTo(1);
        assertThat(simulation.dataParallel()).isEqualTo(1);
        assertThat(simulation.servers()).isEqualTo(1);
        assertThat(simulation.shared()).isFalse();
        assertThat(addresses).containsExactly(new ListenAddress("127.0.0.1", 8000));
        assertThat(simulation.own().mostPerSecond()).isZero();
        assertThat(configs).containsExactly(AgentConfig.defaults());
    }

    @Test
    void takesEveryOptionAndThoseOfTheDaemon() {
        assertThat(execute(
                        "simulate",
                        "--listen=[::1]:9000",
                        "--model=llama-3-70b",
                        "--gpu=h200",
                        "--tensor-parallel=4",
                        "--data-parallel=3",
                        "--servers=2",
                        "--shared",
                        "--seed=-7",
                        "--max-num-seqs=512",
                        "--max-num-batched-tokens=2048",
                        "--max-waiting=5",
                        "--num-gpu-blocks-override=77",
                        "--load=2.5",
                        "--pue=1.3"))
                .isEqualTo(STATUS);

        Simulation simulation = started.get(0);
        EngineSettings settings = simulation.settings();
        assertThat(settings.model().name()).isEqualTo("llama-3-70b");
        assertThat(settings.accelerator().name()).isEqualTo("h200");
        assertThat(settings.tensorParallel()).isEqualTo(4);
        assertThat(settings.maxSequences()).isEqualTo(512);
        assertThat(settings.maxBatchedTokens()).isEqualTo(2048);
        assertThat(settings.maxWaiting()).isEqualTo(5);
        assertThat(settings.keyValueBlocks()).isEqualTo(77);
        assertThat(settings.seed()).isEqualTo(-7);
        assertThat(simulation.dataParallel()).isEqualTo(3);
        assertThat(simulation.servers()).isEqualTo(2);
        assertThat(simulation.shared()).isTrue();
        assertThat(addresses).containsExactly(new ListenAddress("::1", 9000));
        assertThat(simulation.own().perSecond().applyAsDouble(77)).isEqualTo(2.5);
        assertThat(configs.get(0).pue()).isEqualTo(1.3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            --model llama-3-80b        | --model: there is no "llama-3-80b"; allowed: llama-3.2-1b, llama-2-7b, mistral-7b, llama-3-8b, llama-3-70b; did you mean llama-3-70b?
            --gpu tpu                  | --gpu: there is no "tpu"; allowed: l4, a100-40gb, a100-80gb, h100, h200
            --model llama-3-70b        | llama-3-70b does not fit on 1 x h100: it needs 2 or more
            --tensor-parallel 0        | --tensor-parallel: 0 is out of range; allowed: 1 to 64
            --data-parallel 17         | --data-parallel: 17 is out of range; allowed: 1 to 16
            --servers 9                | --servers: 9 is out of range; allowed: 1 to 8
            --servers 3 --shared --gpu l4 | 3 times llama-3-8b does not fit on 1 x l4: it needs 3 or more
            --max-num-seqs 0           | --max-num-seqs: 0 is out of range; allowed: 1 to 2147483647
            --num-gpu-blocks-override 0 | --num-gpu-blocks-override: 0 is out of range; allowed: 1 to 4194304
            --load -1                  | --load: -1.0 is out of range; allowed: 0 to 10000
            --listen 8000              | --listen: "8000" is not an address with a port; allowed: HOST:PORT, [IPV6]:PORT
            --modle llama-3-8b         | unknown option "--modle"; did you mean --model?
            """)
    void whatIsWrongIsSaid(String arguments, String message) {
        assertThat(execute(("simulate " + arguments).split(" ", -1))).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains("joulegram simulate: " + message);
        assertThat(started).isEmpty();
    }

    @Test
    void theDemoIsTwoEnginesOnEightGpusUnderLoad() {
        assertThat(execute("demo", "--listen", "127.0.0.1:9000", "--pue", "1.3"))
                .isEqualTo(STATUS);

        Simulation demo = started.get(0);
        assertThat(demo.dataParallel() * demo.settings().tensorParallel()).isEqualTo(8);
        assertThat(demo.settings().model().name()).isEqualTo("simulated/llama-3-70b");
        assertThat(demo.own().mostPerSecond()).isPositive();
        assertThat(addresses).containsExactly(new ListenAddress("127.0.0.1", 9000));
        assertThat(configs.get(0).pue()).isEqualTo(1.3);
    }

    @Test
    void theServerOfTheDemoListensOnAFreePortOfThisHost() {
        assertThat(execute("demo")).isEqualTo(STATUS);

        assertThat(addresses).containsExactly(new ListenAddress("127.0.0.1", 0));
    }

    private int execute(String... arguments) {
        SimulateCommand.Task task = (config, simulation, address) -> {
            configs.add(config);
            started.add(simulation);
            addresses.add(address);
            return STATUS;
        };
        return new Cli(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
                .add(SimulateCommand.create(new ConfigLoader(Map.of()), task))
                .add(DemoCommand.create(new ConfigLoader(Map.of()), task))
                .execute(arguments);
    }
}
