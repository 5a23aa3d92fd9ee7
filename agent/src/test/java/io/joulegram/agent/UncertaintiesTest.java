package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.Uncertainties.Factors;
import io.joulegram.agent.Uncertainties.Part;
import io.joulegram.agent.attribution.RollingWindow;
import io.joulegram.agent.export.Snapshot.EmbodiedState;
import io.joulegram.power.Component;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UncertaintiesTest {
    private static final Factors EXACT = new Factors(0, 0);
    private static final List<Part> PARTS = List.of(
            new Part(Component.GPU, "0", 100, 0.05),
            new Part(Component.GPU, "1", 100, 0.05),
            new Part(Component.CPU, "0", 50, 0.02),
            new Part(Component.DRAM, "0", 10, 0.9));

    private static final List<EmbodiedState> EMBODIED =
            List.of(new EmbodiedState(Component.GPU, "0", 160_000, 100_000, 400_000, 1e8, "test", List.of()));

    private static double energy(List<String> gpus, Map<Component, Double> window) {
        return new Uncertainties(PARTS, gpus, List.of(), EXACT)
                .ofEnergy(RollingWindow.FACILITY, part -> window.getOrDefault(part, 0.0), 0)
                .orElseThrow();
    }

    @Test
    void oneGpuErrsByItsGain() {
        assertThat(energy(List.of("1"), Map.of(Component.GPU, 7.0))).isCloseTo(0.05, within(1e-12));
    }

    @Test
    void errorsOfTwoGpusAreIndependent() {
        assertThat(energy(List.of("0", "1"), Map.of(Component.GPU, 7.0))).isCloseTo(0.05 / Math.sqrt(2), within(1e-12));
        assertThat(energy(List.of(), Map.of(Component.GPU, 7.0))).isCloseTo(0.05 / Math.sqrt(2), within(1e-12));
    }

    @Test
    void componentsWeighByTheirEnergyAndOverheadErrsAlike() {
        double expected = Math.sqrt(5 * 5 + 1 * 1 + 9 * 9) / 160;
        Map<Component, Double> window =
                Map.of(Component.GPU, 100.0, Component.CPU, 50.0, Component.DRAM, 10.0, Component.OVERHEAD, 32.0);
        assertThat(energy(List.of("0"), window)).isCloseTo(expected, within(1e-12));
    }

    @Test
    void partWithoutAMeterIsNotGuessed() {
        assertThat(new Uncertainties(PARTS, List.of(), List.of(), EXACT)
                        .ofEnergy(RollingWindow.HOST, part -> part == Component.OTHER ? 1 : 0, 0))
                .isEmpty();
        assertThat(new Uncertainties(PARTS, List.of(), List.of(), EXACT).ofEnergy(RollingWindow.HOST, part -> 0, 0))
                .isEmpty();
    }

    @Test
    void gramsErrByEnergyAndByTheBoundsOfTheMaking() {
        Uncertainties uncertainties = new Uncertainties(PARTS, List.of("0"), EMBODIED, EXACT);
        double making = (400.0 - 100) / 2 / Math.sqrt(3) / 160;
        double expected = Math.sqrt(Math.pow(8 * 0.05, 2) + Math.pow(2 * making, 2)) / 10;
        assertThat(uncertainties.ofGrams(RollingWindow.GPU, 0.05, 10, part -> 2).orElseThrow())
                .isCloseTo(expected, within(1e-12));
        assertThat(uncertainties.ofGrams(RollingWindow.GPU, 0.05, 0, part -> 0)).isEmpty();
    }

    @Test
    void pueErrsWhatTheFacilityUsesAndNothingInsideIt() {
        Uncertainties uncertainties = new Uncertainties(PARTS, List.of("0"), List.of(), new Factors(0.12, 0));
        assertThat(uncertainties
                        .ofEnergy(RollingWindow.GPU, part -> part == Component.GPU ? 100 : 0, 0)
                        .orElseThrow())
                .isCloseTo(0.05, within(1e-12));
        assertThat(uncertainties
                        .ofEnergy(RollingWindow.FACILITY, part -> part == Component.GPU ? 100 : 0, 0)
                        .orElseThrow())
                .isCloseTo(0.13, within(1e-12));
    }

    @Test
    void intensityErrsTheGramsOfEnergyAndNotThoseOfTheMaking() {
        Uncertainties uncertainties = new Uncertainties(PARTS, List.of("0"), EMBODIED, new Factors(0, 0.12));
        double making = (400.0 - 100) / 2 / Math.sqrt(3) / 160;
        double expected = Math.sqrt(Math.pow(8 * 0.13, 2) + Math.pow(2 * making, 2)) / 10;
        assertThat(uncertainties.ofGrams(RollingWindow.GPU, 0.05, 10, part -> 2).orElseThrow())
                .isCloseTo(expected, within(1e-12));
    }
}
