package io.joulegram.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.HostProcess;
import io.joulegram.host.MadeProcfs;
import io.joulegram.host.ProcessTree;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServingProcessesTest {
    @TempDir
    Path root;

    private MadeProcfs procfs;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root).process(1, 0, "systemd", 1).command(1, "/sbin/init");
    }

    private ServingProcesses processes() {
        return new ServingProcesses(new ProcessTree(root));
    }

    private static Map<Integer, Integer> ports(List<ServingProcess> serving) {
        Map<Integer, Integer> ports = new TreeMap<>();
        serving.forEach(one -> ports.put(one.process().pid(), one.port().port()));
        return ports;
    }

    @Test
    void findsServersByTheirCommandLinesAndEnvironments() {
        procfs.process(100, 1, "vllm").command(100, "python3", "/usr/bin/vllm", "serve", "m", "--port", "9123");
        procfs.process(200, 1, "llama-server").command(200, "llama-server", "-m", "a.gguf");
        procfs.write("200/environ", "PATH=/bin\0LLAMA_ARG_PORT=9124\0");
        procfs.process(300, 1, "train").command(300, "python3", "train.py", "--port", "29500");
        procfs.process(400, 1, "kthreadd").write("400/cmdline", "");

        assertThat(ports(processes().look())).isEqualTo(Map.of(100, 9123, 200, 9124));
    }

    @Test
    void theServersOfARouterAreItsOwn() {
        procfs.process(100, 1, "llama-server").command(100, "llama-server", "--port", "9123");
        procfs.process(101, 100, "sh").command(101, "sh");
        procfs.process(102, 101, "llama-server").command(102, "llama-server", "--port", "41000");
        procfs.process(200, 1, "llama-swap").command(200, "llama-swap");
        procfs.process(201, 200, "llama-server").command(201, "llama-server", "--port", "5800");

        assertThat(ports(processes().look())).isEqualTo(Map.of(100, 9123, 201, 5800));
    }

    @Test
    void whatComputesForAServerOnAnotherHostIsNoServerOfThisOne() {
        procfs.process(100, 1, "vllm").command(100, "vllm", "serve", "m", "--headless", "--port", "9123");
        procfs.process(200, 1, "python3")
                .command(200, "python3", "-m", "sglang.launch_server", "--nnodes", "2", "--node-rank", "1");
        procfs.process(300, 1, "python3")
                .command(300, "python3", "-m", "sglang.launch_server", "--nnodes", "2", "--node-rank", "0");

        assertThat(ports(processes().look())).isEqualTo(Map.of(300, 30_000));
    }

    @Test
    void aHostOfManyProcessesIsLookedAtInTurnsAndKnownServersEachTime() {
        for (int pid = 100; pid < 160; pid++) {
            procfs.process(pid, 1, "sleep").command(pid, "sleep", "1");
        }
        procfs.command(155, "llama-server", "--port", "9123");
        ServingProcesses processes = new ServingProcesses(new ProcessTree(root), 20);

        assertThat(processes.look()).isEmpty();
        assertThat(processes.look()).isEmpty();
        for (int look = 0; look < 8; look++) {
            assertThat(ports(processes.look())).isEqualTo(Map.of(155, 9123));
        }
        procfs.command(155, "sleep", "1").command(101, "llama-server", "--port", "9124");
        assertThat(ports(processes.look())).doesNotContainKey(155);
        processes.look();
        processes.look();
        assertThat(ports(processes.look())).isEqualTo(Map.of(101, 9124));
    }

    @Test
    void noMoreThanSixtyFourAreTold() {
        for (int pid = 100; pid < 200; pid++) {
            procfs.process(pid, 1, "vllm").command(pid, "vllm", "serve", "--port", String.valueOf(9000 + pid));
        }

        assertThat(processes().look()).hasSize(64);
    }

    @Test
    void anEndlessCommandLineIsNone() {
        procfs.process(100, 1, "vllm").command(100, "vllm", "serve", "x".repeat(1 << 20), "--port", "9123");

        assertThat(processes().look()).isEmpty();
    }

    @Test
    void aProcessLivesUntilItEndsOrIsAnother() {
        procfs.process(100, 1, "vllm", 7, 50).command(100, "vllm", "serve");
        HostProcess process = new ProcessTree(root).process(100).orElseThrow();
        assertThat(processes().lives(process)).isTrue();

        procfs.process(100, 1, "vllm", 7, 51);
        assertThat(processes().lives(process)).isFalse();
        // As of one that has ended and that nobody has waited for.
        procfs.process(100, 1, "vllm", 7, 50).write("100/cmdline", "");
        assertThat(processes().lives(process)).isFalse();
    }
}
