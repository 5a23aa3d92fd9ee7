package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.ledger.LedgerReader;
import io.joulegram.agent.report.Line;
import io.joulegram.agent.report.Pricing;
import io.joulegram.agent.report.Report;
import io.joulegram.agent.report.ReportBuilder;
import io.joulegram.host.MadeProcfs;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInProcess;
import io.joulegram.power.rapl.LiveSysfs;
import io.joulegram.power.rapl.SysfsTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A container of a pod that has a GPU and a quarter of the processors, beside a service that has another quarter. */
class WorkloadIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ENERGY = "joulegram_workload_energy_joules_total";
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String POD_UID = "4f0c1b7e-8a55-4c3e-9d6e-1b2a3c4d5e6f";
    private static final String CONTAINER =
            "kubepods.slice/kubepods-pod" + POD_UID.replace('-', '_') + ".slice/cri-containerd-" + ID + ".scope";
    private static final String SERVICE = "system.slice/db.service";
    private static final String ITS = "workload=\"0123456789ab\"";
    private static final int PID = 4242;
    private static final int STEP_MILLIS = 50;

    @TempDir
    Path directory;

    /** Time passes for the made kernel: half of it idle, a quarter of it in the container, a quarter in the service. */
    private static final class Ticking extends Thread {
        private final SysfsTree tree;
        private volatile boolean ended;

        Ticking(SysfsTree tree) throws IOException {
            super("ticking");
            this.tree = tree;
            setDaemon(true);
            write(tree.sysfsRoot().resolve("fs/cgroup/cgroup.controllers"), "cpu memory\n");
            step(1);
        }

        @Override
        public void run() {
            try {
                for (int step = 2; !ended; step++) {
                    step(step);
                    Thread.sleep(STEP_MILLIS);
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void step(long step) throws IOException {
            write(tree.procfsRoot().resolve("stat"), "cpu  " + 4 * step + " 0 0 " + 4 * step + " 0 0 0 0 0 0\n");
            for (String group : List.of(CONTAINER, SERVICE)) {
                Path stat = tree.sysfsRoot().resolve("fs/cgroup").resolve(group).resolve("cpu.stat");
                write(stat, "usage_usec " + 20_000 * step + "\n");
            }
        }

        /** As a whole, which the kernel's files are read as. */
        private static void write(Path file, String text) throws IOException {
            Files.createDirectories(file.getParent());
            Path made = Files.writeString(file.resolveSibling(".made"), text);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void theHostsEnergyIsSplitByWorkloadToTheMicrojoule() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 1);
        gpus.gpu(0).processes(new StandInProcess(PID, 30L << 30, 90)).waveform(SquareWave.constant(400));
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        new MadeProcfs(tree.procfsRoot()).process(PID, 1, "vllm").cgroup(PID, "0::/" + CONTAINER + "\n");
        Files.createDirectory(directory.resolve("logs"));
        Files.createFile(directory.resolve("logs/vllm-0_llm_server-" + ID + ".log"));
        Path ledger = directory.resolve("ledger.db");
        Path config = Files.writeString(
                directory.resolve("joulegram.yaml"),
                "workloads:\n  enabled: true\n  interval: 1s\n  container-logs: " + directory.resolve("logs")
                        + "\ngrid.intensity: 360\npue: 1.25\nledger.path: " + ledger + "\n");
        List<LiveSysfs.Drive> drives = List.of(new LiveSysfs.Drive(
                tree.zone("intel-rapl:0"),
                new io.joulegram.power.rapl.SquareWave(200, 200, 1_000_000_000L, 0.5),
                0,
                1L << 40));
        Ticking ticking = new Ticking(tree);
        ticking.start();
        try (LiveSysfs live = LiveSysfs.start(drives);
                AgentProcess agent = AgentCommand.run()
                        .gpus(gpus)
                        .host(tree)
                        .noServer()
                        .with("--config", config.toString(), "--control.socket", "none")
                        .start()) {
            assertThat(live).isNotNull();
            await().atMost(PATIENCE)
                    .until(() -> agent.metrics().sum(ENERGY, ITS, "component=\"cpu\"", "method=\"cpu_time\"") > 200);

            Metrics metrics = agent.metrics();

            assertConserved(metrics);
            double timed = metrics.sum(ENERGY, "component=\"cpu\"", "method=\"cpu_time\"");
            assertThat(metrics.sum(ENERGY, ITS, "component=\"cpu\"") / timed).isCloseTo(0.25, within(0.05));
            assertThat(metrics.sum(ENERGY, "workload=\"db.service\"", "component=\"cpu\"") / timed)
                    .isCloseTo(0.25, within(0.05));
            assertThat(metrics.sum(ENERGY, "workload=\"idle\"", "component=\"cpu\"") / timed)
                    .isCloseTo(0.5, within(0.05));
            assertThat(metrics.sum(ENERGY, ITS, "component=\"gpu\"", "method=\"exclusive\""))
                    .isCloseTo(
                            metrics.sum(ENERGY, "component=\"gpu\"")
                                    - metrics.sum(ENERGY, "component=\"gpu\"", "workload=\"unattributed\""),
                            within(1e-5));
            assertThat(metrics.sum("joulegram_workload_co2_grams_total", ITS, "scope=\"operational\""))
                    .isCloseTo(metrics.sum(ENERGY, ITS) * 360 / 3.6e6, within(1e-6));
            assertThat(metrics.sum(
                            "joulegram_workload_info",
                            ITS,
                            "container_id=\"" + ID + "\"",
                            "pod_uid=\"" + POD_UID + "\"",
                            "pod_name=\"vllm-0\"",
                            "container_name=\"server\""))
                    .isEqualTo(1);
            JsonNode summary = agent.json("api/v1/summary");
            assertThat(summary.at("/workloads/energy").findValuesAsText("podName"))
                    .containsExactly("vllm-0");
            agent.terminate();
            assertThat(agent.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
            assertKept(ledger, metrics);
        } finally {
            ticking.ended = true;
            ticking.join();
        }
    }

    /** The ledger has at least what was told, and not more of all workloads than of the host. */
    private static void assertKept(Path ledger, Metrics told) throws LedgerException {
        Instant now = Instant.now();
        Report report;
        try (LedgerReader reader = LedgerReader.open(ledger)) {
            report = new ReportBuilder(now.minusSeconds(3_600), now, ZoneOffset.UTC, Pricing.asBooked(), false)
                    .add("here", reader)
                    .build();
        }
        Map<String, Line> lines = report.byWorkload().stream().collect(Collectors.toMap(Line::name, line -> line));
        assertThat(lines.keySet())
                .contains("container llm/vllm-0/server", "systemd_unit db.service", "(idle)", "(not attributed)");
        Line container = lines.get("container llm/vllm-0/server");
        assertThat(container.joules()).isGreaterThanOrEqualTo(told.sum(ENERGY, ITS) - 1e-5);
        assertThat(container.operationalGrams().orElseThrow())
                .isCloseTo(container.joules() * 360 / 3.6e6, within(1e-6));
        assertThat(lines.get("(not attributed)").joules()).isPositive();
        assertThat(report.byWorkload().stream().mapToDouble(Line::joules).sum())
                .isCloseTo(report.total().joules(), within(1e-5));
    }

    private static void assertConserved(Metrics metrics) {
        for (String component : List.of("gpu", "cpu", "dram", "overhead")) {
            String label = "component=\"" + component + "\"";
            assertThat(metrics.sum(ENERGY, label) + metrics.sum("joulegram_workload_pending_energy_joules", label))
                    .as(component)
                    .isCloseTo(metrics.sum("joulegram_facility_energy_joules_total", label), within(1e-5));
        }
    }
}
