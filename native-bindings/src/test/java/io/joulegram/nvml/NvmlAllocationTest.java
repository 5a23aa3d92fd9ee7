package io.joulegram.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NvmlAllocationTest {
    private static final int READS = 20_000;

    @TempDir
    Path directory;

    private Nvml nvml;
    private NvmlDevice device;

    @BeforeEach
    void open() throws Exception {
        nvml = Nvml.open(NvmlStandIn.create(directory, StandInDriver.R580, 1).library());
        device = nvml.device(0);
    }

    @AfterEach
    void close() {
        if (nvml != null) {
            nvml.close();
        }
    }

    @Test
    void readingTheEnergyCounterAllocatesNothing() {
        assertThat(bytesPerRead(device::readEnergy)).isLessThan(1);
    }

    @Test
    void readingThePowerAllocatesNothing() {
        assertThat(bytesPerRead(device::readPowerUsage)).isLessThan(1);
    }

    @Test
    void readingFieldsAllocatesNothing() {
        NvmlFieldValues fields = device.fieldValues(List.of(NvmlField.TOTAL_ENERGY, NvmlField.POWER_AVERAGE));
        assertThat(bytesPerRead(() -> fields.read() + fields.returnCode(0) + (int) fields.value(1)))
                .isLessThan(1);
    }

    private static double bytesPerRead(IntSupplier read) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        long sum = 0;
        for (int i = 0; i < READS; i++) {
            sum += read.getAsInt();
        }
        long before = threads.getThreadAllocatedBytes(self);
        for (int i = 0; i < READS; i++) {
            sum += read.getAsInt();
        }
        long allocated = threads.getThreadAllocatedBytes(self) - before;
        assertThat(sum).isGreaterThanOrEqualTo(0);
        return (double) allocated / READS;
    }
}
