package io.joulegram.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.management.ThreadMXBean;
import io.joulegram.posix.Errno;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnergyCounterAllocationTest {
    private static final int READS = 20_000;

    @TempDir
    Path directory;

    @Test
    void readingPowercapAllocatesNothing() throws Exception {
        try (EnergyCounter counter = PowercapCounter.open(MadeFiles.put(directory, "energy_uj", "262143328850\n"))) {
            assertAllocatesNothing(counter, 0);
        }
    }

    @Test
    void failingToReadPowercapAllocatesNothing() throws Exception {
        try (EnergyCounter counter = PowercapCounter.open(directory)) {
            assertAllocatesNothing(counter, Errno.EISDIR);
        }
    }

    @Test
    void readingARegisterAllocatesNothing() throws Exception {
        byte[] registers = new byte[64];
        ByteBuffer.wrap(registers).order(ByteOrder.nativeOrder()).putLong(8, 42);
        Path device = Files.write(directory.resolve("msr"), registers);
        try (EnergyCounter counter = MsrCounter.open(device, 8, MsrRegister.COUNTER_MASK)) {
            assertAllocatesNothing(counter, 0);
        }
    }

    @Test
    void readingAPerfEventAllocatesNothing() throws Exception {
        try (EnergyCounter counter = openClock()) {
            assertAllocatesNothing(counter, 0);
        }
    }

    private static EnergyCounter openClock() {
        try {
            return PerfCounter.open(PerfEventAttr.counting(1, 0), 0, "cpu-clock");
        } catch (RaplException e) {
            return abort("this kernel refuses perf events: " + e.getMessage());
        }
    }

    private static void assertAllocatesNothing(EnergyCounter counter, int expected) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        readMany(counter, expected);
        long before = threads.getThreadAllocatedBytes(thread);
        readMany(counter, expected);
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        // Less than a byte per read: what is left is the measurement's own.
        assertThat(allocated).isLessThan(READS);
    }

    private static void readMany(EnergyCounter counter, int expected) {
        int unexpected = 0;
        for (int i = 0; i < READS; i++) {
            if (counter.read() != expected) {
                unexpected++;
            }
        }
        assertThat(unexpected).isZero();
    }
}
