package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.MadeProcfs;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInProcess;
import io.joulegram.power.rapl.SysfsTree;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code joulegram doctor} of the packaged program says of a host with GPUs on which processes compute. */
class DoctorIT {
    private static final int SERVER = 4242;
    private static final int STRANGER = 4243;
    private static final int PORT = 8000;

    @TempDir
    private Path directory;

    @Test
    void tellsWhichProcessesTieAGpuToAServer() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, 2);
        gpus.gpu(0).processes(new StandInProcess(SERVER, 1L << 30, 90)).waveform(SquareWave.constant(75));
        gpus.gpu(1).processes(new StandInProcess(STRANGER, 1L << 30, 90)).waveform(SquareWave.constant(75));
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        new MadeProcfs(tree.procfsRoot())
                .process(SERVER, 1, "vllm")
                .listens(PORT, 777)
                .holds(SERVER, 3, 777)
                .process(STRANGER, 1, "train");

        try (AgentProcess doctor = AgentCommand.of("doctor", "--server", "vllm+http://127.0.0.1:" + PORT)
                .gpus(gpus)
                .host(tree)
                .start()) {
            assertThat(doctor.awaitExit()).as(doctor.log()).isZero();
            assertThat(doctor.log())
                    .contains("on GPUs: 0, by the processes on it")
                    .contains("pid " + SERVER + " (vllm)")
                    .contains("gpu 1 pid " + STRANGER + " (train): serves no server that is known");
        }
    }
}
