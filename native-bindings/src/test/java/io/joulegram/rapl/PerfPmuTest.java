package io.joulegram.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.abort;

import io.joulegram.posix.Errno;
import io.joulegram.rapl.RaplException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerfPmuTest {
    private static final String KERNEL_SCALE = "2.3283064365386962890625e-10";

    @TempDir
    Path sysfs;

    private Path pmu;

    @BeforeEach
    void layOutTheKernelsPmu() throws IOException {
        pmu = sysfs.resolve("devices/power");
        MadeFiles.put(pmu, "type", "12\n");
        MadeFiles.put(pmu, "cpumask", "0,28\n");
        event("energy-pkg", "event=0x02");
        event("energy-ram", "event=0x03");
        event("energy-somenewthing", "event=0x09");
    }

    @Test
    void readsTypeProcessorsEventsAndScale() throws Exception {
        assertThat(PerfPmu.discover(sysfs)).satisfies(found -> {
            assertThat(found.type()).isEqualTo(12);
            assertThat(found.cpus()).containsExactly(0, 28);
            assertThat(found.events())
                    .containsExactly(
                            new PerfEnergyEvent(RaplDomain.PACKAGE, "energy-pkg", 2, 0x1p-32),
                            new PerfEnergyEvent(RaplDomain.DRAM, "energy-ram", 3, 0x1p-32));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "type, x",
        "type, -1",
        "type, 99999999999999999999",
        "cpumask, '0,,1'",
        "cpumask, 0-99999",
        "cpumask, 9-3",
        "events/energy-pkg, event=2",
        "events/energy-pkg, 'event=0x02,umask=0x01'",
        "events/energy-pkg.scale, 0",
        "events/energy-pkg.scale, NaN",
        "events/energy-pkg.scale, -1",
        "events/energy-pkg.scale, 1e300",
        "events/energy-pkg.scale, 1e-300",
        "events/energy-pkg.unit, Watts"
    })
    void namesAFileThatDoesNotHoldWhatItShould(String file, String content) throws IOException {
        MadeFiles.put(pmu, file, content + "\n");

        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> PerfPmu.discover(sysfs))
                .withMessageStartingWith(pmu.resolve(file) + ": \"" + content + "\" is not ")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
    }

    @Test
    void isAbsentWithoutThePmuItsProcessorsOrItsEvents() throws IOException {
        MadeFiles.put(pmu, "cpumask", "\n");
        assertAbsent();

        MadeFiles.put(pmu, "cpumask", "0\n");
        Files.delete(pmu.resolve("events/energy-pkg"));
        Files.delete(pmu.resolve("events/energy-ram"));
        assertAbsent();

        Files.delete(pmu.resolve("type"));
        assertAbsent();
    }

    @Test
    void countsThroughTheRealSystemCall() throws Exception {
        // The software PMU is type 1, and its event 0 counts the nanoseconds of a processor: made to look like energy,
        // it takes the same way through the kernel as RAPL.
        MadeFiles.put(pmu, "type", "1\n");
        MadeFiles.put(pmu, "cpumask", "0\n");
        event("energy-pkg", "event=0x00");
        PerfPmu software = PerfPmu.discover(sysfs);

        long before = System.nanoTime();
        try (EnergyCounter counter = open(software)) {
            long opened = System.nanoTime();
            assertThat(counter.read()).isZero();
            long first = counter.count();
            do {
                assertThat(counter.read()).isZero();
            } while (counter.count() - first < 2_000_000);
            long last = counter.count();
            long after = System.nanoTime();

            assertThat(last).isGreaterThan(first).isLessThanOrEqualTo(after - before);
            assertThat(opened).isLessThan(after);
        }
    }

    @Test
    void namesTheEventAndTheProcessorThatTheKernelRefuses() throws Exception {
        MadeFiles.put(pmu, "type", "1\n");
        PerfPmu software = PerfPmu.discover(sysfs);

        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> software.openCounter(software.events().get(0), 8_000))
                .withMessageStartingWith("perf_event_open event energy-pkg on cpu 8000: E");
    }

    @Test
    void failsAfterItIsClosed() throws Exception {
        MadeFiles.put(pmu, "type", "1\n");
        event("energy-pkg", "event=0x00");
        EnergyCounter counter = open(PerfPmu.discover(sysfs));
        counter.close();

        assertThat(counter.read()).isEqualTo(Errno.EBADF);
    }

    private static EnergyCounter open(PerfPmu pmu) {
        try {
            return pmu.openCounter(pmu.events().get(0), 0);
        } catch (RaplException e) {
            return abort("this kernel refuses perf events: " + e.getMessage());
        }
    }

    private void assertAbsent() {
        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> PerfPmu.discover(sysfs))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.ABSENT));
    }

    private void event(String name, String config) throws IOException {
        MadeFiles.put(pmu, "events/" + name, config + "\n");
        MadeFiles.put(pmu, "events/" + name + ".scale", KERNEL_SCALE + "\n");
        MadeFiles.put(pmu, "events/" + name + ".unit", "Joules\n");
    }
}
