package io.joulegram.power.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Readings.Status;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceClock;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaplSourceTest {
    private static final int READS = 5_000;
    private static final long ONE_SECOND = 1_000_000_000;
    private static final long ONE_MILLISECOND = 1_000_000;

    @TempDir
    Path root;

    @Test
    void followsRunningCountersThroughTheirWraps() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        // 310 W on average: a wrap three times a second.
        LiveSysfs.Drive drive = new LiveSysfs.Drive(
                tree.zone("intel-rapl:0"), new SquareWave(100, 400, 130_000_000, 0.7), 77_000_000, 99_999_999);

        try (LiveSysfs live = LiveSysfs.start(List.of(drive));
                PowerSource source = RaplProviderTest.open(tree)) {
            long modulus = source.channels().get(0).modulusCounts();
            assertThat(modulus).isEqualTo(100_000_000);

            Readings first = RaplProviderTest.read(source);
            long sum = 0;
            int wraps = 0;
            Readings last = first;
            while (last.timeNanos(0) - first.timeNanos(0) < ONE_SECOND) {
                LockSupport.parkNanos(5_000_000);
                Readings next = RaplProviderTest.read(source);
                assertThat(next.status(0)).isEqualTo(Status.MEASURED);
                wraps += next.value(0) < last.value(0) ? 1 : 0;
                sum += Math.floorMod(next.value(0) - last.value(0), modulus);
                last = next;
            }

            double truth = live.energyMicrojoules(drive.zone(), last.timeNanos(0))
                    - live.energyMicrojoules(drive.zone(), first.timeNanos(0));
            // A machine under load writes the counter late at either end: up to 100 ms at 400 W are allowed for, which
            // is less than half a wrap.
            assertThat((double) sum).isCloseTo(truth, within(40_000_000.0));
            assertThat(wraps).isBetween(2, 4);
        }
    }

    @Test
    void recoversWhenAZoneComesBack() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        LiveSysfs.Drive drive = new LiveSysfs.Drive(
                tree.zone("intel-rapl:1"), SquareWave.constant(200), 0, SysfsTree.PACKAGE_RANGE_MICROJOULES);

        try (LiveSysfs live = LiveSysfs.start(List.of(drive));
                PowerSource source = RaplProviderTest.open(tree)) {
            live.vanish(drive.zone());
            Readings gone = RaplProviderTest.read(source);
            assertThat(gone.status(3)).isEqualTo(Status.FAILED);
            assertThat(gone.status(0)).isEqualTo(Status.MEASURED);

            live.restore(drive.zone());
            Readings back;
            do {
                Thread.onSpinWait();
                back = RaplProviderTest.read(source);
            } while (back.status(3) != Status.MEASURED);
            assertThat(back.value(3)).isPositive();
        }
    }

    @Test
    void allocatesNothingPerReadNotEvenWhenAZoneFails() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        try (PowerSource source = RaplProviderTest.open(tree)) {
            Files.writeString(tree.zone("intel-rapl:1:1").energyFile(), "");
            Readings readings = new Readings(source.channels().size());
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().getId();

            readMany(source, readings);
            long before = threads.getThreadAllocatedBytes(thread);
            readMany(source, readings);
            long allocated = threads.getThreadAllocatedBytes(thread) - before;

            // Less than a byte per read: what is left is the measurement's own.
            assertThat(allocated).isLessThan(READS);
        }
    }

    @Test
    void handsOnAllThatItReadEveryTenMillisecondsOrSo() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        AtomicLong nanos = new AtomicLong();
        try (PowerSource source = open(tree, nanos)) {
            assertThat(measured(source)).containsExactly("cpu", "core", "dram", "cpu", "core", "dram");
            Readings readings = new Readings(source.channels().size());
            for (int i = 1; i <= 9; i++) {
                nanos.set(i * ONE_MILLISECOND);
                tree.zone("intel-rapl:1").energyMicrojoules(7_000_000L + i);
                readings.clear();
                source.read(readings);
                assertThat(readings.isEmpty()).isEqualTo(i < 9);
            }

            assertThat(readings.status(3)).isEqualTo(Status.MEASURED);
            assertThat(readings.value(3)).isEqualTo(7_000_009);
            assertThat(readings.timeNanos(3)).isEqualTo(9 * ONE_MILLISECOND);
            assertThat(readings.pastSize(3)).isEqualTo(8);
            for (int i = 0; i < 8; i++) {
                assertThat(readings.pastValue(3, i)).isEqualTo(7_000_001 + i);
                assertThat(readings.pastTimeNanos(3, i)).isEqualTo((i + 1) * ONE_MILLISECOND);
            }
            // What lies inside the package was read once.
            assertThat(readings.status(4)).isEqualTo(Status.MEASURED);
            assertThat(readings.pastSize(4)).isZero();
        }
    }

    @Test
    void givesEveryValueAtOnceToWhoDoesNotLetItGather() throws Exception {
        try (PowerSource source = RaplProviderTest.open(SysfsTree.twoSockets(root))) {
            for (int i = 0; i < 5; i++) {
                assertThat(measured(source)).containsExactly("cpu", "core", "dram", "cpu", "core", "dram");
            }
        }
    }

    @Test
    void keepsTheNewestOfMoreThanItHasRoomFor() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        AtomicLong nanos = new AtomicLong();
        try (PowerSource source = open(tree, nanos)) {
            RaplProviderTest.read(source);
            for (int i = 1; i <= 3 * Backlog.CAPACITY; i++) {
                nanos.set(i);
                tree.zone("intel-rapl:0").energyMicrojoules(8_000_000L + i);
                assertThat(RaplProviderTest.read(source).isEmpty()).isTrue();
            }
            nanos.set(RaplSource.HAND_ON_NANOS);
            tree.zone("intel-rapl:0").energyMicrojoules(9_000_000);

            Readings readings = RaplProviderTest.read(source);

            assertThat(readings.pastSize(0)).isEqualTo(Backlog.CAPACITY - 1);
            assertThat(readings.pastValue(0, 0)).isEqualTo(8_000_001);
            assertThat(readings.value(0)).isEqualTo(9_000_000);
            assertThat(readings.timeNanos(0)).isEqualTo(RaplSource.HAND_ON_NANOS);
        }
    }

    @Test
    void tellsOfAFailureAtOnce() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        AtomicLong nanos = new AtomicLong();
        try (PowerSource source = open(tree, nanos)) {
            RaplProviderTest.read(source);
            nanos.set(ONE_MILLISECOND);
            assertThat(RaplProviderTest.read(source).isEmpty()).isTrue();
            nanos.set(2 * ONE_MILLISECOND);
            Files.writeString(tree.zone("intel-rapl:0").energyFile(), "");

            Readings readings = RaplProviderTest.read(source);

            assertThat(readings.status(0)).isEqualTo(Status.FAILED);
            assertThat(readings.pastSize(0)).isZero();
            assertThat(readings.status(3)).isEqualTo(Status.MEASURED);
            assertThat(readings.pastSize(3)).isEqualTo(1);

            for (String zone : List.of("intel-rapl:0:1", "intel-rapl:1", "intel-rapl:1:1")) {
                Files.writeString(tree.zone(zone).energyFile(), "");
            }
            assertThat(measured(source)).isEmpty();
            // With nothing else left, what lies inside is read each time.
            assertThat(measured(source)).containsExactly("core", "core");
        }
    }

    private static PowerSource open(SysfsTree tree, AtomicLong nanos) throws Exception {
        FoundCounters found = new FoundCounters();
        new PowercapWay(tree.sysfsRoot(), false).open(found);
        PowerSource source =
                new RaplSource(Sensor.RAPL_POWERCAP, found.counters(), new SourceClock(nanos::get, () -> 0));
        source.gather();
        return source;
    }

    private static List<String> measured(PowerSource source) {
        Readings readings = RaplProviderTest.read(source);
        return IntStream.range(0, readings.size())
                .filter(i -> readings.status(i) == Status.MEASURED)
                .mapToObj(i -> source.channels().get(i).domain().label())
                .toList();
    }

    @Test
    void failsEveryChannelAfterItIsClosed() throws Exception {
        PowerSource source = RaplProviderTest.open(SysfsTree.twoSockets(root));
        source.close();
        source.close();

        Readings readings = RaplProviderTest.read(source);

        for (int i = 0; i < readings.size(); i++) {
            assertThat(readings.status(i)).isEqualTo(Status.FAILED);
            assertThat(source.errorName(readings.errorCode(i))).isEqualTo("EBADF");
        }
    }

    private static void readMany(PowerSource source, Readings readings) {
        for (int i = 0; i < READS; i++) {
            readings.clear();
            source.read(readings);
        }
    }
}
