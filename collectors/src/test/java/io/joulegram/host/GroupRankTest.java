package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupRankTest {
    private static Optional<GroupRank> of(String command) {
        return GroupRank.of(List.of(List.of("worker"), List.of(command.split(" "))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vllm serve m -tp 8 -pp 2 --nnodes 2 --node-rank 1 --master-addr 10.0.0.1 --headless | 10.0.0.1 | 8000",
                "vllm serve m --headless --data-parallel-size 4 --data-parallel-address 10.99.48.128 | 10.99.48.128 | 8000",
                "vllm serve m --headless -dpa head.example --master-addr 10.0.0.9 --port 8100 | head.example | 8100",
                "python3 -m vllm.entrypoints.openai.api_server --headless --master_addr=fd00::3 | fd00::3 | 8000",
                "python3 -m sglang.launch_server --nnodes 2 --node-rank=1 --dist-init-addr [fd00::2]:5000 | fd00::2 | 30000",
                "sglang serve --nccl-init-addr 172.16.4.52:20000 --nnodes 2 --node_rank 1 --port 40000 | 172.16.4.52 | 40000",
                "lmdeploy serve api_server m --nnodes 2 --node-rank 1 --dist-init-addr node-0:5000 | node-0 |",
                "/usr/bin/python3 -m tensorrt_llm.llmapi.mgmn_worker_node | |",
                "vllm serve m --headless | | 8000",
                "vllm serve m --headless --master-addr | | 8000",
            })
    void whoComputesForAServerElsewhereTellsWhereItIs(String command, String head, Integer port) {
        assertThat(of(command))
                .hasValue(new GroupRank(
                        true, Optional.ofNullable(head), port == null ? OptionalInt.empty() : OptionalInt.of(port)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "torchrun --nnodes 2 --node_rank 1 --master_addr node-0 grpo.py --use_vllm --vllm_mode colocate",
                "/usr/bin/orted -mca ess env -mca orte_hnp_uri x",
                "prted --prtemca ess env",
            })
    void aRankOfAnotherProgramIsNotTakenForAServers(String command) {
        assertThat(of(command))
                .hasValueSatisfying(rank -> assertThat(rank.serves()).isFalse());
    }

    @Test
    void whatMpiStartedServesIfAServerIsInItsLine() {
        List<String> daemon = List.of("/opt/ompi/bin/orted", "-mca", "ess", "env");
        List<String> server = List.of("python3", "/usr/local/bin/trtllm-serve", "m", "--port", "9000");

        assertThat(GroupRank.of(List.of(server, daemon)))
                .hasValue(new GroupRank(true, Optional.empty(), OptionalInt.empty()));
        assertThat(GroupRank.of(List.of(server, List.of("bash")))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vllm serve m --nnodes 2 --node-rank 0 --master-addr 10.0.0.1",
                "vllm serve m --data-parallel-size 4 --data-parallel-address 10.0.0.1",
                "chromium --headless",
                "python3 -m sglang.launch_server --nnodes 2 --node-rank 0 --dist-init-addr 10.0.0.1:5000",
                "python3 -m sglang.launch_server --node-rank",
                "python3 -m sglang.launch_server --node-rank x",
                "python3 -m sglang.launch_server --node-rank -1",
                "python3 -m sglang.launch_server --node-rank 99999999999999999999",
                "mpirun -n 8 orted",
                "python3 -m tensorrt_llm.llmapi.mgmn_leader_node",
            })
    void othersAreNoRank(String command) {
        assertThat(of(command)).isEmpty();
    }

    @Test
    void theHeadIsComparedAsItIsWritten() {
        GroupRank rank = of("vllm serve m --headless --master-addr fd00::1").orElseThrow();

        assertThat(rank.isLedFrom("[fd00::1]")).isTrue();
        assertThat(rank.isLedFrom("FD00::1")).isTrue();
        assertThat(rank.isLedFrom("fd00::2")).isFalse();
        assertThat(of("vllm serve m --headless").orElseThrow().isLedFrom("")).isFalse();
    }
}
