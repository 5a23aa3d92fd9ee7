package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlField.MEMORY_POWER_AVERAGE;
import static io.joulegram.nvml.NvmlField.POWER_AVERAGE;
import static io.joulegram.nvml.NvmlField.POWER_INSTANT;
import static io.joulegram.nvml.NvmlField.TOTAL_ENERGY;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NvmlFieldValuesTest {
    private static final List<NvmlField> ALL =
            List.of(TOTAL_ENERGY, POWER_AVERAGE, POWER_INSTANT, MEMORY_POWER_AVERAGE);

    @TempDir
    Path directory;

    private StandInGpu gpu;
    private Nvml nvml;
    private NvmlFieldValues fields;

    @BeforeEach
    void open() throws Exception {
        open(StandInDriver.R580);
    }

    @AfterEach
    void close() {
        if (nvml != null) {
            nvml.close();
        }
    }

    @Test
    void hasNoDataBeforeTheFirstRead() {
        assertThat(fields.returnCode(0)).isEqualTo(NvmlReturn.NO_DATA);
    }

    @Test
    void readsAllFieldsInOneCall() {
        gpu.waveform(SquareWave.constant(500));
        gpu.average(StandInSensor.INSTANT).memoryPowerShare(150_000);
        gpu.instant(StandInSensor.INSTANT);
        waitForPower(500_000);
        long before = System.nanoTime();
        assertThat(fields.read()).isEqualTo(NvmlReturn.SUCCESS);
        long after = System.nanoTime();
        for (int i = 0; i < ALL.size(); i++) {
            assertThat(fields.returnCode(i)).isEqualTo(NvmlReturn.SUCCESS);
        }
        assertThat(fields.value(0))
                .isBetween(gpu.energyMicrojoules(before) / 1000, gpu.energyMicrojoules(after) / 1000);
        assertThat(fields.value(1)).isEqualTo(500_000);
        assertThat(fields.value(2)).isEqualTo(500_000);
        assertThat(fields.value(3)).isEqualTo(75_000);
    }

    @Test
    void valuesDoNotPileUpOverReads() {
        for (int i = 0; i < 5; i++) {
            assertThat(fields.read()).isEqualTo(NvmlReturn.SUCCESS);
            assertThat(fields.value(1)).isEqualTo(75_000);
        }
    }

    @Test
    void eachFieldHasItsOwnCode() {
        gpu.instantReturns(NvmlReturn.UNKNOWN).memoryPowerShare(StandInGpu.UNSUPPORTED);
        gpu.counterReturns(NvmlReturn.NO_PERMISSION);
        assertThat(fields.read()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(fields.returnCode(0)).isEqualTo(NvmlReturn.NO_PERMISSION);
        assertThat(fields.returnCode(1)).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(fields.returnCode(2)).isEqualTo(NvmlReturn.UNKNOWN);
        assertThat(fields.returnCode(3)).isEqualTo(NvmlReturn.NOT_SUPPORTED);
    }

    @Test
    void oldDriverKnowsOnlyTheCounter() throws Exception {
        open(StandInDriver.R470);
        assertThat(fields.read()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(fields.returnCode(0)).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(fields.returnCode(1)).isEqualTo(NvmlReturn.NOT_SUPPORTED);
        assertThat(fields.returnCode(2)).isEqualTo(NvmlReturn.NOT_SUPPORTED);
        assertThat(fields.returnCode(3)).isEqualTo(NvmlReturn.NOT_SUPPORTED);
    }

    @Test
    void failedCallFailsEveryField() {
        assertThat(fields.read()).isEqualTo(NvmlReturn.SUCCESS);
        gpu.allReturn(NvmlReturn.GPU_IS_LOST);
        assertThat(fields.read()).isEqualTo(NvmlReturn.GPU_IS_LOST);
        for (int i = 0; i < ALL.size(); i++) {
            assertThat(fields.returnCode(i)).isEqualTo(NvmlReturn.GPU_IS_LOST);
        }
    }

    @Test
    void garbageIsPassedOnUnsigned() {
        gpu.garbagePowerMilliwatts(0xffff_ffffL);
        assertThat(fields.read()).isEqualTo(NvmlReturn.SUCCESS);
        assertThat(fields.value(1)).isEqualTo(4_294_967_295L);
    }

    private void open(StandInDriver driver) throws Exception {
        close();
        NvmlStandIn standIn = NvmlStandIn.create(directory, driver, 1);
        gpu = standIn.gpu(0);
        nvml = Nvml.open(standIn.library());
        fields = nvml.device(0).fieldValues(ALL);
    }

    private void waitForPower(long milliwatts) {
        while (gpu.powerMilliwatts(System.nanoTime()) != milliwatts) {
            Thread.onSpinWait();
        }
    }
}
