package io.joulegram.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.joulegram.rapl.RaplException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PowercapTreeTest {
    @TempDir
    Path sysfs;

    @Test
    void takesTheMeaningOfAZoneFromItsNameAndNotItsIndex() throws Exception {
        zone("intel-rapl", "intel-rapl:0", "package-1");
        zone("intel-rapl", "intel-rapl:0/intel-rapl:0:0", "dram");
        zone("intel-rapl", "intel-rapl:1", "psys");
        zone("intel-rapl", "intel-rapl:2", "package-0");
        zone("intel-rapl", "intel-rapl:2/intel-rapl:2:0", "core");
        zone("intel-rapl", "intel-rapl:2/intel-rapl:2:1", "uncore");

        assertThat(PowercapTree.discover(sysfs).zones())
                .extracting(zone -> zone.domain() + " " + zone.packageId())
                .containsExactly("PACKAGE 1", "DRAM 1", "PSYS 0", "PACKAGE 0", "CORE 0", "UNCORE 0");
    }

    @Test
    void tellsTheDiesOfAPackageApart() throws Exception {
        zone("intel-rapl", "intel-rapl:0", "package-0-die-0");
        zone("intel-rapl", "intel-rapl:1", "package-0-die-1");
        zone("intel-rapl", "intel-rapl:1/intel-rapl:1:0", "dram");

        assertThat(PowercapTree.discover(sysfs).zones())
                .extracting(PowercapZone::dieId)
                .containsExactly(OptionalInt.of(0), OptionalInt.of(1), OptionalInt.of(1));
    }

    @Test
    void findsZonesThatTheClassDoesNotLink() throws Exception {
        Path directory = sysfs.resolve("devices/virtual/powercap/intel-rapl/intel-rapl:0");
        MadeFiles.put(directory, "name", "package-0\n");

        assertThat(PowercapTree.discover(sysfs).zones())
                .extracting(PowercapZone::directory)
                .containsExactly(directory);
    }

    @Test
    void ignoresControlTypesAndZonesThatAreNotRapl() throws Exception {
        zone("dtpm", "dtpm:0", "package-7");
        zone("intel-rapl", "intel-rapl:0", "package-0");
        zone("intel-rapl", "intel-rapl:1", "something-new");
        zone("intel-rapl-mmio", "intel-rapl-mmio:0", "package-0");
        zone("intel-rapl-mmio", "intel-rapl-mmio:0/intel-rapl-mmio:0:0", "dram");

        PowercapTree tree = PowercapTree.discover(sysfs);

        assertThat(tree.controlType()).isEqualTo("intel-rapl");
        assertThat(tree.zones()).extracting(PowercapZone::name).containsExactly("package-0");
        assertThat(tree.problems()).isEmpty();
    }

    @Test
    void takesTheMemoryMappedTwinWhereItIsTheOnlyOne() throws Exception {
        zone("intel-rapl-mmio", "intel-rapl-mmio:0", "package-0");
        zone("intel-rapl-mmio", "intel-rapl-mmio:0/intel-rapl-mmio:0:0", "dram");

        PowercapTree tree = PowercapTree.discover(sysfs);

        assertThat(tree.controlType()).isEqualTo("intel-rapl-mmio");
        assertThat(tree.zones()).extracting(PowercapZone::name).containsExactly("package-0", "dram");
    }

    @Test
    void readsTheRangeAndTheHighestPowerOfAnyConstraint() throws Exception {
        Path directory = zone("intel-rapl", "intel-rapl:0", "package-0");
        MadeFiles.put(directory, "max_energy_range_uj", "262143328850\n");
        MadeFiles.put(directory, "constraint_0_max_power_uw", "125000000\n");
        MadeFiles.put(directory, "constraint_1_max_power_uw", "0\n");
        MadeFiles.put(directory, "constraint_1_power_limit_uw", "253000000\n");

        PowercapZone zone = PowercapTree.discover(sysfs).zones().get(0);

        assertThat(zone.maxEnergyRangeMicrojoules()).isEqualTo(OptionalLong.of(262_143_328_850L));
        assertThat(zone.maxPowerMicrowatts()).isEqualTo(OptionalLong.of(253_000_000L));
    }

    @Test
    void leavesOutWhatAZoneDoesNotTell() throws Exception {
        Path directory = zone("intel-rapl", "intel-rapl:0", "package-0");
        MadeFiles.put(directory, "max_energy_range_uj", "unknown\n");
        Files.createDirectory(directory.resolve("constraint_0_max_power_uw"));

        PowercapZone zone = PowercapTree.discover(sysfs).zones().get(0);

        assertThat(zone.maxEnergyRangeMicrojoules()).isEmpty();
        assertThat(zone.maxPowerMicrowatts()).isEmpty();
    }

    @Test
    void notesAZoneWhoseNameCannotBeRead() throws Exception {
        zone("intel-rapl", "intel-rapl:0", "package-0");
        Path nameless = zone("intel-rapl", "intel-rapl:1", "package-1");
        Files.delete(nameless.resolve("name"));

        PowercapTree tree = PowercapTree.discover(sysfs);

        assertThat(tree.zones()).hasSize(1);
        assertThat(tree.problems())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessageContaining("intel-rapl:1/name: ENOENT"));
    }

    @Test
    void tellsAMaskFromAbsence() throws Exception {
        MadeFiles.link(sysfs, "class/powercap/intel-rapl:0", "../../devices/virtual/powercap/intel-rapl/intel-rapl:0");
        Files.createDirectories(sysfs.resolve("devices/virtual/powercap"));

        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> PowercapTree.discover(sysfs))
                .withMessageContaining("class/powercap/intel-rapl:0 points to nothing")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MASKED));
    }

    @Test
    void tellsAbsence() {
        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> PowercapTree.discover(sysfs))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.ABSENT));
    }

    @Test
    void isNotMovedByAHostileName() throws Exception {
        zone("intel-rapl", "intel-rapl:0", "package-0");
        zone("intel-rapl", "intel-rapl:1", "package-".repeat(100_000));
        zone("intel-rapl", "intel-rapl:2", "package-99999999999");

        assertThat(PowercapTree.discover(sysfs).zones())
                .extracting(PowercapZone::name)
                .containsExactly("package-0");
    }

    private Path zone(String controlType, String path, String name) throws IOException {
        String device = "devices/virtual/powercap/" + controlType + "/" + path;
        String link = path.substring(path.lastIndexOf('/') + 1);
        MadeFiles.link(sysfs, "class/powercap/" + link, "../../" + device);
        MadeFiles.put(sysfs, device + "/name", name + "\n");
        return sysfs.resolve(device);
    }
}
