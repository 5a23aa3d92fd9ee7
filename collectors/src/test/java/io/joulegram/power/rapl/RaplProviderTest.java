package io.joulegram.power.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Readings.Status;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaplProviderTest {
    private static final String KERNEL_SCALE = "2.3283064365386962890625e-10";

    @TempDir
    Path root;

    @Test
    void givesEachSocketItsDomainsUnderTheNameOfTheWay() throws Exception {
        try (PowerSource source = open(SysfsTree.twoSockets(root))) {
            assertThat(source.name()).isEqualTo("rapl_powercap");
            assertThat(labels(source)).containsExactly("cpu 0", "core 0", "dram 0", "cpu 1", "core 1", "dram 1");
            assertThat(source.channels())
                    .allSatisfy(channel -> assertThat(channel.sensor()).isEqualTo(Sensor.RAPL_POWERCAP));
            assertThat(values(source)).containsExactly(1_000_000, 400_000, 50_000, 2_000_000, 400_000, 50_000);
        }
    }

    @Test
    void takesTheModulusFromTheRange() throws Exception {
        try (PowerSource source = open(SysfsTree.twoSockets(root))) {
            assertThat(channel(source, Domain.CPU).modulusCounts()).isEqualTo(262_143_328_851L);
            assertThat(channel(source, Domain.DRAM).modulusCounts()).isEqualTo(65_712_999_614L);
            assertThat(channel(source, Domain.CPU).microjoulesPerCount()).isEqualTo(1);
        }
    }

    @Test
    void takesTheUsualRangeWhereTheFileIsHidden() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        tree.zone("intel-rapl:0").without("max_energy_range_uj");

        try (PowerSource source = open(tree)) {
            assertThat(channel(source, Domain.CPU).modulusCounts()).isEqualTo(262_143_328_851L);
        }
    }

    @Test
    void boundsPowerByTheHighestConstraintButNotByAnImplausibleOne() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        tree.zone("intel-rapl:0:1").maxPowerMicrowatts(0, 21_000_000);

        try (PowerSource source = open(tree)) {
            assertThat(channel(source, Domain.CPU).maxWatts()).isEqualTo(413);
            assertThat(channel(source, Domain.DRAM).maxWatts()).isEqualTo(250);
            assertThat(channel(source, Domain.CORE).maxWatts()).isEqualTo(1_000);
        }
    }

    @Test
    void tellsThePlatformFromTheSecondPackageAndLeavesOutTheTwin() throws Exception {
        try (PowerSource source = open(SysfsTree.client(root))) {
            assertThat(labels(source)).containsExactly("cpu 0", "core 0", "uncore 0", "platform 0");
        }
    }

    @Test
    void worksOnAPackageWithoutChildren() throws Exception {
        SysfsTree tree = new SysfsTree(root);
        tree.zone("intel-rapl:0", "package-0");

        try (PowerSource source = open(tree)) {
            assertThat(labels(source)).containsExactly("cpu 0");
        }
    }

    @Test
    void numbersFourSocketsByTheirNames() throws Exception {
        SysfsTree tree = new SysfsTree(root);
        int[] sockets = {2, 0, 3, 1};
        for (int i = 0; i < sockets.length; i++) {
            tree.zone("intel-rapl:" + i, "package-" + sockets[i]);
            tree.zone("intel-rapl:" + i + ":0", "dram").energyMicrojoules(100 + sockets[i]);
        }

        try (PowerSource source = open(tree)) {
            assertThat(labels(source))
                    .containsExactly("cpu 2", "dram 2", "cpu 0", "dram 0", "cpu 3", "dram 3", "cpu 1", "dram 1");
            assertThat(values(source)).containsExactly(1, 102, 1, 100, 1, 103, 1, 101);
        }
    }

    @Test
    void dropsTheCoresOfAmd() throws Exception {
        try (PowerSource source = open(SysfsTree.amd(root))) {
            assertThat(labels(source)).containsExactly("cpu 0", "cpu 1");
        }
    }

    @Test
    void keepsOneOfTwoDiesThatMirrorOneCounter() throws Exception {
        try (PowerSource source = open(SysfsTree.twoDies(root, 68_000_000, 68_000_400))) {
            assertThat(labels(source)).containsExactly("cpu 0");
        }
    }

    @Test
    void keepsBothDiesIfTheirCountersDiffer() throws Exception {
        try (PowerSource source = open(SysfsTree.twoDies(root, 68_000_000, 168_000_000))) {
            assertThat(labels(source)).containsExactly("cpu 0.0", "cpu 0.1");
        }
    }

    @Test
    void doesNotTakeIdleZerosForMirrors() throws Exception {
        try (PowerSource source = open(SysfsTree.twoDies(root, 0, 0))) {
            assertThat(labels(source)).containsExactly("cpu 0.0", "cpu 0.1");
        }
    }

    @Test
    void failsOnlyTheChannelWhoseZoneVanishes() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        try (PowerSource source = open(tree)) {
            Files.writeString(tree.zone("intel-rapl:1").energyFile(), "");
            Files.writeString(tree.zone("intel-rapl:1:1").energyFile(), "garbage\n");

            Readings readings = read(source);

            assertThat(statuses(readings))
                    .containsExactly(
                            Status.MEASURED,
                            Status.MEASURED,
                            Status.MEASURED,
                            Status.FAILED,
                            Status.MEASURED,
                            Status.FAILED);
            assertThat(source.errorName(readings.errorCode(3))).isEqualTo("ENODATA");
            assertThat(source.errorName(readings.errorCode(5))).isEqualTo("EBADMSG");
        }
    }

    @Test
    void leavesOutAZoneThatCannotBeRead() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root);
        tree.zone("intel-rapl:0:1").without("energy_uj");

        try (PowerSource source = open(tree)) {
            assertThat(labels(source)).containsExactly("cpu 0", "core 0", "cpu 1", "core 1", "dram 1");
        }
    }

    @Test
    void stampsEachReadingWithItsOwnTime() throws Exception {
        try (PowerSource source = open(SysfsTree.twoSockets(root))) {
            long before = System.nanoTime();
            Readings readings = read(source);
            long after = System.nanoTime();

            assertThat(LongStream.range(0, readings.size()).map(i -> readings.timeNanos((int) i)))
                    .doesNotHaveDuplicates()
                    .allSatisfy(time -> assertThat(time).isBetween(before, after));
        }
    }

    @Test
    void namesTheFixForFilesThatOnlyRootMayRead() {
        SysfsTree tree = new SysfsTree(root);
        assumeTrue(
                tree.zone("intel-rapl:0", "package-0").denyEnergy(),
                "no file is unreadable for this user on this system");

        SourceUnavailableException denied = unavailable(tree);

        assertThat(denied).hasMessageContaining("intel-rapl:0/energy_uj: EACCES");
        assertThat(denied.fix())
                .contains("z " + tree.sysfsRoot() + "/devices/virtual/powercap/*/*/energy_uj 0440 root joulegram")
                .contains("AmbientCapabilities=CAP_DAC_READ_SEARCH")
                .contains("chmod a+r " + tree.sysfsRoot() + "/class/powercap/intel-rapl*:*/energy_uj");
    }

    @Test
    void namesTheMountForAContainerThatMasksPowercap() {
        SourceUnavailableException masked = unavailable(SysfsTree.masked(root));

        assertThat(masked).hasMessageContaining("is hidden from this process");
        assertThat(masked.fix()).contains("-v /sys:/host/sys:ro").contains("--path.sysfs /host/sys");
    }

    @Test
    void saysThatAVirtualMachineHasNone() {
        SourceUnavailableException none = unavailable(new SysfsTree(root).cpu("AuthenticAMD", 25, 17, true));

        assertThat(none)
                .hasMessageContaining("rapl_perf: ")
                .hasMessageContaining("rapl_powercap: ")
                .hasMessageContaining("rapl_msr: ")
                .hasMessageContaining("virtual machine");
        assertThat(none.fix()).isEmpty();
    }

    @Test
    void namesTheModuleThatAMachineLacks() {
        assertThat(unavailable(new SysfsTree(root)).fix()).startsWith("modprobe intel_rapl_msr");
    }

    @Test
    void worksWithoutAnyFileAtAll() {
        RaplProvider provider =
                new RaplProvider(root.resolve("a"), root.resolve("b"), root.resolve("c"), RaplProvider.DEFAULT_WAYS);

        assertThatExceptionOfType(SourceUnavailableException.class).isThrownBy(provider::open);
        assertThat(provider.name()).isEqualTo("rapl");
    }

    @Test
    void prefersPerfAndReadsItThroughTheRealSystemCall() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(root)
                .topology(0, 1, 0)
                .pmu(1, "0")
                .event("energy-pkg", 0, KERNEL_SCALE)
                .event("energy-psys", 0, "1e-3");
        try (PowerSource source = open(tree)) {
            assumeTrue(source.name().equals("rapl_perf"), "this kernel refuses perf events");

            assertThat(labels(source)).containsExactly("cpu 1", "platform 1");
            Channel cpu = channel(source, Domain.CPU);
            assertThat(cpu.microjoulesPerCount()).isEqualTo(0x1p-20 * 1e6);
            assertThat(cpu.modulusCounts()).isEqualTo(1L << 52);
            assertThat(channel(source, Domain.PLATFORM).microjoulesPerCount()).isEqualTo(1000);
            assertThat(channel(source, Domain.PLATFORM).modulusCounts()).isZero();

            Readings first = read(source);
            Readings last;
            do {
                last = read(source);
            } while (last.value(1) - first.value(1) < 200_000_000);
            // The software event counts the nanoseconds of the processor; 2^12 of them make a count of the first
            // channel, one makes a count of the second.
            double nanos = last.value(1) - first.value(1);
            assertThat((last.value(0) - first.value(0)) * 4096.0).isCloseTo(nanos, withinPercentage(25));
            assertThat((double) (last.timeNanos(1) - first.timeNanos(1))).isCloseTo(nanos, withinPercentage(25));
        }
    }

    @Test
    void fallsBackFromPerfToPowercapAsAWhole() throws Exception {
        // No PMU has this type, so every event of it is refused.
        SysfsTree tree = SysfsTree.twoSockets(root)
                .topology(0, 0, 0)
                .pmu(Integer.MAX_VALUE, "0")
                .event("energy-pkg", 2, KERNEL_SCALE);

        try (PowerSource source = open(tree)) {
            assertThat(source.name()).isEqualTo("rapl_powercap");
        }
    }

    @Test
    void readsRegistersWhenNothingElseWorks() throws Exception {
        SysfsTree tree = new SysfsTree(root)
                .topology(0, 0, 0)
                .msr(0, 0x606, 0xA0E03)
                .msr(0, 0x611, 0xFFFF_FFFF_0000_1234L)
                .msr(0, 0x619, 77);

        try (PowerSource source = open(tree)) {
            assertThat(source.name()).isEqualTo("rapl_msr");
            assertThat(labels(source)).containsExactly("cpu 0", "dram 0");
            assertThat(values(source)).containsExactly(0x1234, 77);
            assertThat(source.channels()).extracting(Channel::modulusCounts).containsExactly(1L << 32, 1L << 32);
            assertThat(source.channels())
                    .extracting(Channel::microjoulesPerCount)
                    .containsExactly(0x1p-14 * 1e6, 0x1p-16 * 1e6);
        }
    }

    @Test
    void usesNoWayThatIsNotAllowed() throws IOException {
        SysfsTree tree = SysfsTree.twoSockets(root);
        RaplProvider provider =
                new RaplProvider(tree.sysfsRoot(), tree.procfsRoot(), tree.devRoot(), List.of(RaplWay.MSR));

        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(provider::open)
                .withMessageContaining("rapl_msr")
                .withMessageNotContaining("rapl_powercap");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RaplProvider(tree.sysfsRoot(), tree.procfsRoot(), tree.devRoot(), List.of()));
    }

    static PowerSource open(SysfsTree tree) throws SourceUnavailableException {
        List<PowerSource> sources = provider(tree).open();
        assertThat(sources).hasSize(1);
        return sources.get(0);
    }

    private static RaplProvider provider(SysfsTree tree) {
        return new RaplProvider(tree.sysfsRoot(), tree.procfsRoot(), tree.devRoot(), RaplProvider.DEFAULT_WAYS);
    }

    private static SourceUnavailableException unavailable(SysfsTree tree) {
        return catchThrowableOfType(
                SourceUnavailableException.class, () -> provider(tree).open());
    }

    private static Channel channel(PowerSource source, Domain domain) {
        return source.channels().stream()
                .filter(channel -> channel.domain() == domain)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> labels(PowerSource source) {
        return source.channels().stream()
                .map(channel -> channel.domain().label() + " " + channel.device())
                .toList();
    }

    static Readings read(PowerSource source) {
        Readings readings = new Readings(source.channels().size());
        source.read(readings);
        return readings;
    }

    private static long[] values(PowerSource source) {
        Readings readings = read(source);
        long[] values = new long[readings.size()];
        for (int i = 0; i < values.length; i++) {
            assertThat(readings.status(i)).isEqualTo(Status.MEASURED);
            values[i] = readings.value(i);
        }
        return values;
    }

    private static Status[] statuses(Readings readings) {
        Status[] statuses = new Status[readings.size()];
        for (int i = 0; i < statuses.length; i++) {
            statuses[i] = readings.status(i);
        }
        return statuses;
    }
}
