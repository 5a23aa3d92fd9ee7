package io.joulegram.agent.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FootprintsTest {
    private final GpuFootprints gpus = GpuFootprints.load();
    private final HostFootprints hosts = HostFootprints.load();

    @Test
    void theModelGivesThePublishedWorkedFigures() {
        double a100 = GpuFootprints.model(19.15, 80, "HBM2e", 400, 234.36 * EmbodiedModel.BOARD_KG_PER_CM2);
        double h100 = GpuFootprints.model(22.6, 80, "HBM3", 700, 296.37 * EmbodiedModel.BOARD_KG_PER_CM2);

        assertThat(a100).isCloseTo(111.6, within(0.1));
        assertThat(h100).isCloseTo(164.6, within(0.1));
        assertThat(EmbodiedModel.BOARD_KG_PER_CM2 * 102.3).isCloseTo(4.91, within(0.02));
    }

    @ParameterizedTest
    @CsvSource({
        "NVIDIA H100 80GB HBM3, 80, 164 kg per GPU",
        "NVIDIA H100 PCIe, 80, H100 PCIe",
        "NVIDIA H100 NVL, 94, H100 NVL",
        "NVIDIA A100-SXM4-80GB, 80, A100 SXM4 80GB",
        "NVIDIA A100-SXM4-40GB, 40, A100 SXM4 40GB",
        "NVIDIA A100 80GB PCIe, 80, A100 PCIe 80GB",
        "NVIDIA A10, 24, A10",
        "NVIDIA H200, 141, H200 SXM",
        "Tesla T4, 16, T4",
        "NVIDIA L4, 24, L4",
        "NVIDIA L40, 48, L40",
        "NVIDIA L40S, 48, L40S",
        "NVIDIA GeForce RTX 4090, 24, RTX 4090",
        "NVIDIA RTX A6000, 48, RTX A6000",
        "NVIDIA RTX 6000 Ada Generation, 48, RTX 6000 Ada",
        "NVIDIA H100 64GB HBM2, 64, H100 SXM5 with 64 GB",
        "NVIDIA H100 96GB HBM3, 96, H100 SXM5 with 96 GB",
        "Tesla V100-SXM2-16GB, 16, V100 SXM2 32GB with 16 GB",
        "NVIDIA A10G, 24, A10G",
        "NVIDIA RTX PRO 6000 Blackwell Workstation Edition, 96, RTX PRO 6000 Blackwell",
        "NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition, 96, RTX PRO 6000 Blackwell Max-Q"
    })
    void namesOfTheDriverFindTheirRow(String name, long gigabytes, String origin) {
        assertThat(gpus.find(name, gigabytes << 30, 300).orElseThrow().origin()).endsWith(origin);
    }

    @ParameterizedTest
    @CsvSource({"NVIDIA GeForce RTX 3090 Ti", "NVIDIA GeForce RTX 4090 D", "NVIDIA GeForce RTX 4090 Laptop GPU"})
    void anotherProductIsNotTakenForItsNamesake(String name) {
        assertThat(gpus.find(name, 24_000_000_000L, 300).orElseThrow().origin()).contains("heuristic");
    }

    @Test
    void memoryAndPowerAreThoseThatTheDriverTells() {
        double small =
                gpus.find("Tesla V100-SXM2-16GB", 16L << 30, 300).orElseThrow().grams();
        double large =
                gpus.find("Tesla V100-SXM2-32GB", 32L << 30, 300).orElseThrow().grams();
        double a10 = gpus.find("NVIDIA A10", 24L << 30, 150).orElseThrow().grams();
        double a10g = gpus.find("NVIDIA A10G", 24L << 30, 300).orElseThrow().grams();

        assertThat(large - small).isCloseTo(16 * 280, within(0.1));
        assertThat(a10g - a10).isCloseTo(150 * (22_890 + 23_630) / 300.0, within(0.1));
    }

    @Test
    void anUnknownGpuIsGuessedFromMemoryAndPowerOrLeftOut() {
        assertThat(gpus.find("NVIDIA Z900", 80_000_000_000L, 700).orElseThrow().origin())
                .contains("heuristic");
        assertThat(gpus.find("NVIDIA Z900", 0, 0)).isEmpty();
    }

    @Test
    void processorsAreFoundByTheirNames() {
        assertThat(hosts.processor(Optional.of("AMD EPYC 7742 64-Core Processor"))
                        .origin())
                .endsWith("EPYC 7742");
        assertThat(hosts.processor(Optional.of("Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz"))
                        .origin())
                .endsWith("Xeon Platinum 8380");
        assertThat(hosts.processor(Optional.of("Intel(R) Xeon(R) Platinum 8480C"))
                        .origin())
                .contains("Xeon Platinum 8480C");
        assertThat(hosts.processor(Optional.empty()).origin()).contains("Dell R740");
    }
}
