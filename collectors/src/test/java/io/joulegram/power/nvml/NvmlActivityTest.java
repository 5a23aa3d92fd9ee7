package io.joulegram.power.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInInstance;
import io.joulegram.nvml.StandInProcess;
import io.joulegram.power.GpuActivity;
import io.joulegram.power.GpuInstance;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NvmlActivityTest {
    private static final StandInInstance LARGE = new StandInInstance(1, 0, 4, 40_448, 900, 700);
    private static final StandInInstance SMALL = new StandInInstance(9, 0, 1, 9_728, 250, 100);

    @TempDir
    Path directory;

    private NvmlStandIn standIn(StandInDriver driver) throws Exception {
        return NvmlStandIn.create(directory, driver, 1);
    }

    private static GpuSource open(NvmlStandIn standIn) throws Exception {
        return (GpuSource)
                new NvmlProvider(Optional.of(standIn.library())).open().get(0);
    }

    private static GpuActivity refresh(GpuSource gpu) {
        gpu.refresh();
        return Objects.requireNonNull(gpu.activity());
    }

    @Test
    void tellsWhatProcessesDidAndLeavesGarbageOut() throws Exception {
        NvmlStandIn standIn = standIn(StandInDriver.R580);
        standIn.gpu(0)
                .processes(
                        new StandInProcess(100, 1 << 30, 60),
                        new StandInProcess(200, 1 << 30, 0),
                        new StandInProcess(300, 1 << 30, 3_000_000));
        GpuSource gpu = open(standIn);

        GpuActivity activity = refresh(gpu);

        assertThat(activity.divided()).isFalse();
        assertThat(activity.smRatioByPid()).contains(Map.of(100, 0.6));
        standIn.gpu(0).processes(new StandInProcess(200, 1 << 30, 0));
        assertThat(refresh(gpu).smRatioByPid()).contains(Map.of());
        gpu.close();
    }

    @Test
    void followsAGpuThatIsDividedAndMadeWholeUnderIt() throws Exception {
        NvmlStandIn standIn = standIn(StandInDriver.R580);
        standIn.gpu(0).gpm(true, 500, 500);
        GpuSource gpu = open(standIn);
        assertThat(refresh(gpu).divided()).isFalse();

        standIn.gpu(0).instances(LARGE, SMALL).processes(StandInProcess.inInstance(100, 5L << 30, 1, 0));
        assertThat(refresh(gpu).instances())
                .extracting(GpuInstance::id, GpuInstance::profile, GpuInstance::slices)
                .containsExactly(tuple("1/0", "4g.40gb", 4), tuple("9/0", "1g.10gb", 1));
        Thread.sleep(120);
        GpuActivity activity = refresh(gpu);
        assertThat(activity.divided()).isTrue();
        assertThat(activity.smRatioByPid()).isEmpty();
        assertThat(activity.instances().get(0).smRatio()).isEqualTo(OptionalDouble.of(0.9));
        assertThat(activity.instances().get(0).dramRatio()).isEqualTo(OptionalDouble.of(0.7));
        assertThat(activity.instances().get(0).processes())
                .extracting(GpuProcess::pid)
                .containsExactly(100);
        assertThat(activity.instances().get(1).smRatio()).isEqualTo(OptionalDouble.of(0.25));
        assertThat(standIn.gpmSamples()).isEqualTo(4);

        // The handle and the id of one that is gone are another's now.
        standIn.gpu(0).instances(new StandInInstance(9, 0, 2, 19_968, 100, 100));
        activity = refresh(gpu);
        assertThat(activity.instances()).extracting(GpuInstance::profile).containsExactly("2g.20gb");
        assertThat(standIn.gpmSamples()).isEqualTo(2);

        standIn.gpu(0).instances();
        assertThat(refresh(gpu).divided()).isFalse();
        assertThat(standIn.gpmSamples()).isZero();
        gpu.close();
    }

    @Test
    void dividedGpuWithoutCountersTellsItsInstances() throws Exception {
        NvmlStandIn standIn = standIn(StandInDriver.R535);
        standIn.gpu(0).instances(LARGE);
        GpuSource gpu = open(standIn);
        assertThat(refresh(gpu).instances()).singleElement().satisfies(instance -> {
            assertThat(instance.smRatio()).isEmpty();
            assertThat(instance.memoryTotalBytes()).hasValue(40_448L << 20);
        });
        gpu.close();
        assertThat(standIn.gpmSamples()).isZero();
        assertThat(standIn.initializations()).isZero();
    }
}
