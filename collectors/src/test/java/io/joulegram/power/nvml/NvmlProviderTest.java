package io.joulegram.power.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.joulegram.nvml.NvmlReturn;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInGpu;
import io.joulegram.nvml.StandInInstance;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuSource;
import io.joulegram.power.PowerSource;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NvmlProviderTest {
    @TempDir
    Path directory;

    @Test
    void givesOneSourcePerGpu() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 3);
        standIn.gpu(1).identity("NVIDIA H100 80GB HBM3", "GPU-1234");
        List<PowerSource> sources = provider(standIn).open();
        assertThat(sources).extracting(PowerSource::name).containsExactly("nvml:0", "nvml:1", "nvml:2");
        assertThat(((GpuSource) sources.get(1)).info())
                .isEqualTo(new GpuInfo(
                        "1",
                        "GPU-1234",
                        "NVIDIA H100 80GB HBM3",
                        "00000000:1C:00.0",
                        "580.65.06",
                        80L << 30,
                        700,
                        OptionalInt.of(1)));
        sources.forEach(PowerSource::close);
    }

    @Test
    void nvmlIsShutDownWithTheLastSourceAndCanBeOpenedAgain() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 2);
        NvmlProvider provider = provider(standIn);
        for (int round = 0; round < 3; round++) {
            List<PowerSource> sources = provider.open();
            sources.get(0).close();
            sources.get(0).close();
            assertThat(standIn.initializations()).isEqualTo(1);
            assertThatExceptionOfType(SourceUnavailableException.class)
                    .isThrownBy(provider::open)
                    .withMessageContaining("an earlier call into NVML hangs in the driver");
            sources.get(1).close();
            assertThat(standIn.initializations()).isZero();
        }
    }

    @Test
    void gpuWithoutPermissionIsLeftOut() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 3);
        standIn.gpu(0).openReturns(NvmlReturn.NO_PERMISSION);
        standIn.gpu(1).allReturn(NvmlReturn.GPU_IS_LOST);
        List<PowerSource> sources = provider(standIn).open();
        assertThat(sources).extracting(PowerSource::name).containsExactly("nvml:2");
        sources.forEach(PowerSource::close);
    }

    @Test
    void gpuThatTellsNothingIsLeftOut() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 2);
        tellNothing(standIn.gpu(0));
        List<PowerSource> sources = provider(standIn).open();
        assertThat(sources).extracting(PowerSource::name).containsExactly("nvml:1");
        sources.forEach(PowerSource::close);
        assertThat(standIn.initializations()).isZero();
    }

    @Test
    void onlyGpusThatTellNothingIsUnavailable() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        tellNothing(standIn.gpu(0));
        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(() -> provider(standIn).open())
                .withMessage("GPU 0 (Stand-in H100 80GB) tells neither energy nor power");
        assertThat(standIn.initializations()).isZero();
    }

    @Test
    void noGpuIsUnavailable() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 0);
        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(() -> provider(standIn).open())
                .withMessage("NVML works but sees no GPU")
                .satisfies(e -> assertThat(e.fix()).contains("nvidia-smi -L", "NVIDIA_VISIBLE_DEVICES"));
        assertThat(standIn.initializations()).isZero();
    }

    @Test
    void noPermissionForAnyGpuIsUnavailable() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        standIn.gpu(0).openReturns(NvmlReturn.NO_PERMISSION);
        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(() -> provider(standIn).open())
                .withMessage("no GPU could be opened: GPU 0: nvmlDeviceGetHandleByIndex_v2: NO_PERMISSION (4)")
                .satisfies(e -> assertThat(e.fix()).contains("usermod -aG", "DeviceAllow="));
        assertThat(standIn.initializations()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "9, kernel driver is not loaded, modprobe nvidia",
        "18, old kernel module stayed loaded, reboot the host",
        "4, may not open the NVIDIA devices, ls -l",
        "17, cannot reach the devices, recreate the container",
        "999, cannot reach the devices, recreate the container",
        "20, NVML does not work, nvidia-smi"
    })
    void failedInitializationTellsTheFix(int code, String reason, String fix) throws Exception {
        NvmlStandIn standIn =
                NvmlStandIn.create(directory, StandInDriver.R580, 1).initReturns(code);
        NvmlProvider provider = provider(standIn);
        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(provider::open)
                .withMessageContaining(reason)
                .withMessageContaining("nvmlInit_v2: " + NvmlReturn.name(code))
                .satisfies(e -> assertThat(e.fix()).contains(fix));
        standIn.initReturns(NvmlReturn.SUCCESS);
        provider.open().forEach(PowerSource::close);
    }

    @Test
    void configuredFileThatIsMissingIsNamed() {
        Path file = directory.resolve("libnvidia-ml.so.1");
        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(() -> new NvmlProvider(Optional.of(file)).open())
                .withMessageContaining(file + " cannot be loaded")
                .satisfies(e -> assertThat(e.fix()).contains("--nvml.library"));
    }

    @Test
    void gpuThatIsPluggedInIsFoundAndTheOthersAreLeftAlone() throws Exception {
        NvmlStandIn standIn =
                NvmlStandIn.create(directory, StandInDriver.R580, 3).gpuCount(2);
        NvmlProvider provider = provider(standIn);
        List<PowerSource> sources = provider.open();
        assertThat(provider.rediscover(Set.of("nvml:0", "nvml:1"))).isEmpty();

        standIn.gpuCount(3);
        List<PowerSource> found = provider.rediscover(Set.of("nvml:0", "nvml:1"));

        assertThat(found).extracting(PowerSource::name).containsExactly("nvml:2");
        sources.forEach(PowerSource::close);
        assertThat(standIn.initializations()).isEqualTo(1);
        found.forEach(PowerSource::close);
        assertThat(standIn.initializations()).isZero();
        assertThat(provider.rediscover(Set.of())).isEmpty();
    }

    @Test
    void labelsStayWithTheGpuWhenNvmlNumbersThemAnew() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 3);
        NvmlProvider provider = provider(standIn);
        provider.open().forEach(PowerSource::close);

        // The first GPU is gone, those after it move up, and one that was never seen is last.
        standIn.gpu(0).identity("second", "GPU-57a4d100-0000-4000-8000-000000000001");
        standIn.gpu(1).identity("third", "GPU-57a4d100-0000-4000-8000-000000000002");
        standIn.gpu(2).identity("new", "GPU-new");
        List<PowerSource> sources = provider.open();

        assertThat(sources).extracting(PowerSource::name).containsExactly("nvml:1", "nvml:2", "nvml:3");
        assertThat(sources)
                .allSatisfy(source -> assertThat(source.channels())
                        .allMatch(channel -> source.name().equals("nvml:" + channel.device())));
        sources.forEach(PowerSource::close);
    }

    @Test
    void gpuThatCameBackIsOpenedAgainUnderItsLabel() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 2);
        NvmlProvider provider = provider(standIn);
        List<PowerSource> sources = provider.open();
        standIn.gpu(0).allReturn(NvmlReturn.GPU_IS_LOST);
        assertThat(provider.rediscover(Set.of("nvml:1"))).isEmpty();

        standIn.gpu(0).allReturn(NvmlReturn.SUCCESS);
        List<PowerSource> found = provider.rediscover(Set.of("nvml:1"));

        assertThat(found).extracting(PowerSource::name).containsExactly("nvml:0");
        found.forEach(PowerSource::close);
        sources.forEach(PowerSource::close);
        assertThat(standIn.initializations()).isZero();
        assertThat(provider.heldAfterClose()).isEmpty();
    }

    @Test
    void remarksThatPersistenceModeIsOffAndThatMigModeWillChange() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 3);
        standIn.gpu(0).persistence(0);
        standIn.gpu(1).mig(0, 1);
        standIn.gpu(2).persistence(StandInGpu.UNSUPPORTED).mig(StandInGpu.UNSUPPORTED, 0);
        List<PowerSource> sources = provider(standIn).open();

        assertThat(sources.get(0).remarks())
                .singleElement()
                .satisfies(remark -> assertThat(remark.what()).startsWith("persistence mode is off"))
                .satisfies(remark -> assertThat(remark.fix()).contains("nvidia-persistenced"));
        assertThat(sources.get(1).remarks())
                .singleElement()
                .satisfies(remark -> assertThat(remark.what()).isEqualTo("MIG mode will be on after the next reset"));
        assertThat(sources.get(2).remarks()).isEmpty();
        standIn.gpu(2)
                .gpm(true, 500, 500)
                .instances(new StandInInstance(1, 0, 3, 40_448, 0, 0), new StandInInstance(9, 0, 1, 9_728, 0, 0));
        assertThat(sources.get(2).remarks())
                .singleElement()
                .satisfies(remark -> assertThat(remark.what())
                        .isEqualTo("is divided (MIG) into 1/0 3g.40gb, 9/0 1g.10gb; its energy is split by their"
                                + " performance counters (gpm)"));
        assertThat(standIn.gpmSamples()).isZero();
        sources.forEach(PowerSource::close);
    }

    private static NvmlProvider provider(NvmlStandIn standIn) {
        return new NvmlProvider(Optional.of(standIn.library()));
    }

    private static void tellNothing(StandInGpu gpu) {
        gpu.counterReturns(NvmlReturn.NOT_SUPPORTED).usageReturns(NvmlReturn.NOT_SUPPORTED);
        gpu.averageReturns(NvmlReturn.NOT_SUPPORTED).instantReturns(NvmlReturn.NOT_SUPPORTED);
        gpu.samples(Duration.ZERO, 0);
    }
}
