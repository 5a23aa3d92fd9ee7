package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupHeadTest {
    private static Optional<GroupHead> of(String command) {
        return GroupHead.of(List.of(command.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vllm serve m -tp 8 -pp 2 --nnodes 2 --node-rank 0 --master-addr 10.0.0.1 | --nnodes 2 | 16",
                "vllm serve m --tensor-parallel-size=16 --distributed-executor-backend ray | | 16",
                "vllm serve m --data-parallel-size 4 -dpl 2 | --data-parallel-size 4, --data-parallel-size-local 2 |",
                "vllm serve m --data_parallel_size 4 --data_parallel_size_local 4 | |",
                "vllm serve m -dp 4 -dpl 2 --data-parallel-hybrid-lb | |",
                "vllm serve m -dp 4 -dpl 1 --data-parallel-rank 0 | |",
                "python3 -m sglang.launch_server --tp 16 --nnodes 2 --node-rank 0 | --nnodes 2 | 16",
                "python3 -m sglang.launch_server --tp-size 8 --nnodes 1 --node-rank 0 | | 8",
                "lmdeploy serve api_server m --nnodes 4 --tp 32 | --nnodes 4 | 32",
                "vllm serve m --nnodes two -tp 99999 -pp 99999 | | 9999800001",
                "vllm serve m | |",
            })
    void whoServesTellsHowFarItReaches(String command, String told, Long gpus) {
        assertThat(of(command))
                .hasValue(new GroupHead(
                        Optional.ofNullable(told),
                        gpus == null ? OptionalInt.empty() : OptionalInt.of((int) Math.min(gpus, Integer.MAX_VALUE))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "torchrun --nnodes 2 train.py",
                "vllm serve m --headless --nnodes 2",
                "python3 -m sglang.launch_server --tp 16 --nnodes 2 --node-rank 1",
            })
    void othersAreNoHead(String command) {
        assertThat(of(command)).isEmpty();
    }
}
