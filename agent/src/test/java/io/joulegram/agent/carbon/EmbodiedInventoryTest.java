package io.joulegram.agent.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.host.Disk;
import io.joulegram.host.HostHardware;
import io.joulegram.host.HostInventory;
import io.joulegram.host.HostInventory.CpuPackage;
import io.joulegram.power.Component;
import io.joulegram.power.GpuInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbodiedInventoryTest {
    private static final double YEAR_SECONDS = 365.25 * 86_400;
    private static final GpuInfo H100 =
            new GpuInfo("0", "GPU-0", "NVIDIA H100 80GB HBM3", "0000:01:00.0", "580", 80L << 30, 700);
    private static final GpuInfo UNKNOWN = new GpuInfo("1", "GPU-1", "NVIDIA Z900", "0000:02:00.0", "580", 0, 0);

    private static final HostInventory TWO_SOCKETS = new HostInventory(
            List.of(
                    new CpuPackage(0, Optional.of("AMD EPYC 7742 64-Core Processor"), 128),
                    new CpuPackage(1, Optional.of("AMD EPYC 7742 64-Core Processor"), 128)),
            256,
            OptionalLong.of(1_000_000_000_000L),
            Optional.empty());

    @TempDir
    Path directory;

    private List<Disk> disks = List.of();
    private HostHardware hardware = HostHardware.UNKNOWN;

    private List<EmbodiedDevice> devices(String yaml, HostInventory host, GpuInfo... gpus)
            throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("joulegram.yaml"), yaml);
        return new EmbodiedInventory(new ConfigLoader(Map.of()).load(file, List.of()), host, hardware, disks)
                .devices(List.of(gpus));
    }

    private static EmbodiedDevice device(List<EmbodiedDevice> devices, Component component, String device) {
        return devices.stream()
                .filter(entry ->
                        entry.component() == component && entry.device().equals(device))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void listsWhatTheHostIsMadeOf() throws Exception {
        List<EmbodiedDevice> devices = devices("", TWO_SOCKETS, H100, UNKNOWN);

        assertThat(devices)
                .extracting(entry -> entry.component().label() + entry.device())
                .containsExactly("gpu0", "cpu0", "cpu1", "dram0", "dram1", "other0");
        assertThat(device(devices, Component.GPU, "0").footprint().grams()).isEqualTo(164_000);
        assertThat(device(devices, Component.DRAM, "1").footprint().grams()).isCloseTo(500 * 290, within(1e-6));
    }

    @Test
    void theConfigurationComesBeforeTheCatalogue() throws Exception {
        List<EmbodiedDevice> devices = devices("""
                embodied:
                  lifetime: {gpu: 3y}
                  overrides:
                    - {component: gpu, device: '1', kg: 200, kg-low: 100, kg-high: 300}
                    - {component: other, lifetime: 8y}
                    - {component: cpu, kg: 50}
                """, TWO_SOCKETS, H100, UNKNOWN);

        Footprint unknown = device(devices, Component.GPU, "1").footprint();
        assertThat(List.of(unknown.lowGrams(), unknown.grams(), unknown.highGrams()))
                .containsExactly(100_000.0, 200_000.0, 300_000.0);
        assertThat(unknown.origin()).isEqualTo("configuration");
        assertThat(device(devices, Component.GPU, "0").footprint().grams()).isEqualTo(164_000);
        assertThat(device(devices, Component.GPU, "0").rate(1).gramsPerNano() * 1e9 * 3 * YEAR_SECONDS)
                .isCloseTo(164_000, within(0.01));
        assertThat(device(devices, Component.OTHER, "0").lifetime().toDays()).isEqualTo(8 * 1461 / 4);
        assertThat(device(devices, Component.CPU, "0").footprint().grams()).isEqualTo(50_000);
        assertThat(device(devices, Component.CPU, "1").footprint().grams()).isEqualTo(50_000);
    }

    @Test
    void aHostThatIsSharedIsCountedByTheGpusThatAreSeen() throws Exception {
        double whole = device(devices("", TWO_SOCKETS, H100), Component.OTHER, "0")
                .footprint()
                .grams();
        List<EmbodiedDevice> quarter = devices("host: {gpus: 4}\n", TWO_SOCKETS, H100);

        assertThat(device(quarter, Component.OTHER, "0").footprint().grams()).isCloseTo(whole / 4, within(1e-6));
        assertThat(device(quarter, Component.GPU, "0").footprint().grams()).isEqualTo(164_000);
    }

    @Test
    void aHostNoneOfWhoseGpusIsSeenYetIsCountedAsNothing() throws Exception {
        List<EmbodiedDevice> none = devices("host: {gpus: 4}\n", TWO_SOCKETS);

        assertThat(none)
                .isNotEmpty()
                .allSatisfy(device -> assertThat(device.footprint().grams()).isZero());
    }

    @Test
    void processorsThatAreNotToldApartAreOnePackage() throws Exception {
        HostInventory arm = new HostInventory(List.of(), 72, OptionalLong.of(480_000_000_000L), Optional.empty());

        List<EmbodiedDevice> devices = devices("", arm);
        assertThat(devices)
                .extracting(entry -> entry.component().label() + entry.device())
                .containsExactly("cpu0", "dram0", "other0");
        assertThat(device(devices, Component.DRAM, "0").footprint().grams()).isCloseTo(480 * 290, within(1e-6));
    }

    @Test
    void disksAreDevicesOfTheirOwn() throws Exception {
        disks = List.of(new Disk("nvme0n1", 3_840_000_000_000L, false), new Disk("sda", 8_000_000_000_000L, true));

        List<EmbodiedDevice> devices = devices("", TWO_SOCKETS);
        Footprint solid = device(devices, Component.OTHER, "nvme0n1").footprint();
        assertThat(solid.grams()).isCloseTo(3840 * 109.99, within(100.0));
        assertThat(device(devices, Component.OTHER, "sda").footprint().grams()).isEqualTo(31_110);
    }

    @Test
    void aFigureForAllTheRestHoldsTheDisksToo() throws Exception {
        disks = List.of(new Disk("nvme0n1", 3_840_000_000_000L, false));

        List<EmbodiedDevice> devices = devices("embodied.overrides: [{component: other, kg: 900}]\n", TWO_SOCKETS);
        assertThat(devices.stream().filter(device -> device.component() == Component.OTHER))
                .singleElement()
                .satisfies(device -> assertThat(device.footprint().grams()).isEqualTo(900_000));
    }

    @Test
    void theRestOfTheServerIsTheSumOfItsParts() throws Exception {
        EmbodiedDevice rest = device(devices("", TWO_SOCKETS), Component.OTHER, "0");

        assertThat(rest.parts())
                .extracting(FootprintPart::name)
                .containsExactly(
                        "mainboard",
                        "mainboard_components",
                        "network_cards",
                        "power_delivery",
                        "cooling",
                        "packaging",
                        "case",
                        "power_supplies",
                        "assembly");
        assertThat(sum(rest)).isCloseTo(rest.footprint().grams(), within(1e-6));
        // Two EPYC 7742 of 225 W each.
        assertThat(part(rest, "power_delivery").grams()).isCloseTo(450 / 300.0 * 22_890, within(0.01));
        assertThat(part(rest, "cooling").grams()).isCloseTo(450 / 300.0 * 23_630, within(0.01));
        assertThat(part(rest, "mainboard").grams()
                        + part(rest, "mainboard_components").grams())
                .isCloseTo(175_800, within(1e-6));
        assertThat(part(rest, "network_cards").grams()).isCloseTo(4_910, within(20.0));
    }

    @Test
    void cardsAndControllersAreThoseOfTheMachine() throws Exception {
        hardware = new HostHardware(
                Optional.of("Dell Inc."),
                Optional.of("PowerEdge XE9680"),
                OptionalInt.of(2023),
                OptionalInt.of(10),
                OptionalInt.of(32),
                OptionalLong.of(2_199_023_255_552L));
        disks = List.of(new Disk("sda", 480_000_000_000L, false));
        List<EmbodiedDevice> devices = devices("", TWO_SOCKETS);
        EmbodiedDevice rest = device(devices, Component.OTHER, "0");

        assertThat(part(rest, "network_cards").grams()).isCloseTo(10 * 4_923.5, within(1.0));
        assertThat(part(rest, "storage_controller").grams()).isCloseTo(5_150, within(10.0));
        // What is installed, not what the kernel has left of it.
        assertThat(device(devices, Component.DRAM, "0").footprint().grams())
                .isCloseTo(2_199_023_255_552L / 2 / 1e9 * 290, within(1.0));
        assertThat(rest.footprint().origin()).contains("SCARIF has 4318 kg");
        assertThat(rest.footprint().highGrams()).isGreaterThan(rest.footprint().grams());
    }

    @Test
    void aPartCanBeKnownBetterOrLiveLonger() throws Exception {
        List<EmbodiedDevice> devices = devices("""
                host.gpus: 2
                embodied.overrides:
                  - {component: other, device: power_supplies, kg: 60}
                  - {component: other, device: case, lifetime: 10y}
                """, TWO_SOCKETS, H100);
        EmbodiedDevice rest = device(devices, Component.OTHER, "0");
        EmbodiedDevice enclosure = device(devices, Component.OTHER, "case");

        assertThat(part(rest, "power_supplies").grams()).isEqualTo(30_000);
        assertThat(rest.parts()).extracting(FootprintPart::name).doesNotContain("case");
        assertThat(sum(rest)).isCloseTo(rest.footprint().grams(), within(1e-6));
        assertThat(enclosure.footprint().grams()).isEqualTo(75_000);
        assertThat(enclosure.lifetime().toDays()).isEqualTo(3_652);
    }

    private static double sum(EmbodiedDevice device) {
        return device.parts().stream()
                .mapToDouble(part -> part.footprint().grams())
                .sum();
    }

    private static Footprint part(EmbodiedDevice device, String name) {
        return device.parts().stream()
                .filter(part -> part.name().equals(name))
                .findFirst()
                .orElseThrow()
                .footprint();
    }
}
