package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInInstance;
import io.joulegram.nvml.StandInProcess;
import io.joulegram.power.rapl.SysfsTree;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.FakeInferenceServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU that is divided: a server computes in one instance, a process of no server in another. */
class SharingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ENERGY = "joulegram_gpu_instance_energy_joules_total";

    /** The greatest pid there can be, which no process of a test machine has. */
    private static final int KIN_OF_NOBODY = (1 << 22) - 1;

    @TempDir
    Path directory;

    @Test
    void boardEnergyIsSplitBetweenInstancesAndCountedOnce() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0)
                .gpm(true, 800, 600)
                .instances(
                        new StandInInstance(1, 0, 4, 40_448, 900, 700), new StandInInstance(9, 0, 1, 9_728, 500, 300))
                .processes(
                        StandInProcess.inInstance((int) ProcessHandle.current().pid(), 30L << 30, 1, 0),
                        StandInProcess.inInstance(KIN_OF_NOBODY, 5L << 30, 9, 0));
        gpus.gpu(0).waveform(SquareWave.constant(400));
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        try (FakeInferenceServer server = FakeInferenceServer.start(Dialect.VLLM);
                AgentProcess agent = AgentCommand.run()
                        .gpus(gpus)
                        .sysfs(tree.sysfsRoot())
                        .server(server)
                        .with("--control.socket", "none")
                        .start()) {
            server.engine("llama", 0).requests(1, 0);
            await().atMost(PATIENCE)
                    .until(() -> agent.metrics()
                            .matching("joulegram_gpu_share_ratio", "method=\"gpm\"")
                            .isPresent());

            Metrics metrics = agent.metrics();

            // 4 slices at (90 % + 70 %) / 2 beside one at (50 % + 30 %) / 2.
            assertThat(metrics.sum("joulegram_gpu_share_ratio", "method=\"gpm\""))
                    .isCloseTo(3.2 / 3.6, within(1e-6));
            Metrics later = grown(agent, "instance=\"9/0\"", "method=\"gpm\"");
            assertThat(later.sum(ENERGY, "instance=\"1/0\"", "profile=\"4g.40gb\"", "method=\"gpm\""))
                    .isGreaterThan(later.sum(ENERGY, "instance=\"9/0\"", "method=\"gpm\""));
            assertSumsToTheBoard(later);
            later.assertConserved();

            gpus.gpu(0).instances(new StandInInstance(9, 0, 2, 19_968, 500, 300));
            assertSumsToTheBoard(grown(agent, "instance=\"9/0\"", "profile=\"2g.20gb\""));
            assertThat(agent.json("api/v1/status").get("gpus").get(0).get("instances"))
                    .anyMatch(instance -> instance.get("profile").asText().equals("2g.20gb"));
        }
    }

    private static Metrics grown(AgentProcess agent, String... labels) throws Exception {
        await().atMost(PATIENCE).until(() -> agent.metrics().sum(ENERGY, labels) > 50);
        return agent.metrics();
    }

    private static void assertSumsToTheBoard(Metrics metrics) {
        assertThat(metrics.sum(ENERGY))
                .isCloseTo(metrics.sum("joulegram_facility_energy_joules_total", "component=\"gpu\""), within(1e-5));
    }
}
