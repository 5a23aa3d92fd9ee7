package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.posix.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code joulegram profile} of the packaged program, with GPUs of a known power. */
class ProfileIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double WATTS = 300;

    @TempDir
    private Path folder;

    private String library() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(folder.resolve("nvml"), StandInDriver.R580, 2);
        for (int gpu = 0; gpu < 2; gpu++) {
            gpus.gpu(gpu).waveform(SquareWave.square(WATTS / 2, WATTS / 2, Duration.ofSeconds(1), 0.5));
        }
        return gpus.library().toString();
    }

    @Test
    void tellsTheEnergyOfACommandAndEndsAsItDoes() throws Exception {
        Path report = folder.resolve("report.json");
        Path trace = folder.resolve("trace.csv");
        try (AgentProcess process = AgentCommand.of(
                        "profile",
                        "--json",
                        "--output=" + report,
                        "--csv=" + trace,
                        "--baseline=2s",
                        "--nvml.library=" + library(),
                        "--",
                        "sh",
                        "-c",
                        "sleep 2; echo from the child; exit 7")
                .start()) {
            assertThat(process.awaitExit()).as(process.log()).isEqualTo(7);
            assertThat(process.log()).contains("from the child").doesNotContain("WARN");
        }
        JsonNode run = JSON.readTree(report.toFile()).path("runs").path(0);
        double seconds = run.path("seconds").asDouble();
        assertThat(seconds).isGreaterThan(2);
        assertThat(run.path("status").asInt()).isEqualTo(7);
        // What begins and ends between two samples is seen to a sample's time, here 0.1 of at least 2 s.
        assertThat(run.path("joules").path("gpu").asDouble() / (WATTS * seconds))
                .isBetween(0.85, 1.15);
        assertThat(run.path("peakWatts").path("gpu").asDouble()).isBetween(0.9 * WATTS, 1.2 * WATTS);
        assertThat(run.path("hostJoules").path("half95").asDouble()).isPositive();
        assertThat(Math.abs(run.path("hostJoulesAboveRest").path("value").asDouble()))
                .isLessThan(0.3 * run.path("hostJoules").path("value").asDouble());
        List<String> lines = Files.readAllLines(trace);
        assertThat(lines.get(0)).isEqualTo("run,seconds,gpu_watts,cpu_watts,dram_watts,other_watts");
        assertThat(lines).hasSizeGreaterThan(10);
    }

    /** As a batch system has it: without a terminal. What Maven ignores, as in the background of a script, it does not. */
    private AgentProcess detached(String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("setsid", "env", "--default-signal=HUP,INT,TERM"));
        line.addAll(AgentCommand.of("profile", "--nvml.library=" + library())
                .with(arguments)
                .line());
        return AgentProcess.start(new ProcessBuilder(line));
    }

    private static void await(AgentProcess process, String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> process.log().contains(text));
    }

    @Test
    void theCommandGetsTheSignalsAndIsNotRepeatedAfterThem() throws Exception {
        try (AgentProcess process = detached(
                "--repeat=3",
                "--",
                "sh",
                "-c",
                "trap 'echo got HUP' HUP; trap 'echo got INT' INT; trap 'echo got TERM; exit 0' TERM; echo ready;"
                        + " while :; do sleep 0.05; done")) {
            await(process, "ready");
            for (Signal signal : Signal.values()) {
                signal.send(process.pid());
                await(process, "got " + signal);
            }
            assertThat(process.awaitExit()).as(process.log()).isZero();
            assertThat(process.log().lines().filter(line -> line.startsWith("ready") || line.startsWith("got")))
                    .containsExactly("ready", "got HUP", "got INT", "got TERM");
            assertThat(process.log()).contains("energy");
        }
    }

    @Test
    void aSignalThatEndsTheCommandIsToldAsAShellTellsIt() throws Exception {
        try (AgentProcess process = detached("--", "sh", "-c", "echo ready; exec sleep 60")) {
            await(process, "ready");
            Signal.INT.send(process.pid());

            assertThat(process.awaitExit()).as(process.log()).isEqualTo(130);
            assertThat(process.log()).contains("energy");
        }
    }

    @Test
    void aSignalBeforeTheCommandHasBegunEndsAll() throws Exception {
        Path begun = folder.resolve("begun");
        try (AgentProcess process = detached("--baseline=1h", "--log.level=info", "--", "touch", begun.toString())) {
            await(process, "listens on");
            // It begins to wait for its meters with the next statement.
            Thread.sleep(2_000);
            Signal.TERM.send(process.pid());

            assertThat(process.awaitExit()).as(process.log()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
            assertThat(begun).doesNotExist();
        }
    }

    @Test
    void saysWhatCannotBeRun() throws Exception {
        try (AgentProcess process =
                AgentCommand.of("profile", "--", "/no/such/program").start()) {
            assertThat(process.awaitExit()).isEqualTo(127);
            assertThat(process.log()).contains("/no/such/program: no such command");
        }
    }
}
