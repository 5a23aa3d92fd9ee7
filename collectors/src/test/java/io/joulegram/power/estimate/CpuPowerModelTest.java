package io.joulegram.power.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CpuPowerModelTest {
    private static final CpuRating RATING = new CpuRating("EPYC 9654", 96, 360);

    @Test
    void isTheMeanOfTheTwoPublishedCurves() {
        CpuPowerModel model = CpuPowerModel.of(RATING, 96);

        assertThat(model.watts(0)).isCloseTo(360 * (0.1 + 0.12) / 2, within(1e-9));
        assertThat(model.watts(0.1)).isCloseTo(360 * (0.1009 + 0.32) / 2, within(1e-9));
        assertThat(model.watts(0.25)).isCloseTo(360 * (0.1140625 + 0.48125) / 2, within(1e-9));
        assertThat(model.watts(0.5)).isCloseTo(360 * (0.2125 + 0.75) / 2, within(1e-9));
        assertThat(model.watts(1)).isCloseTo(360 * (1.0 + 1.02) / 2, within(1e-9));
        assertThat(model.maxWatts()).isEqualTo(model.watts(1));
    }

    @Test
    void claimsNoLessUncertaintyThanTheCurvesDiffer() {
        assertThat(CpuPowerModel.of(RATING, 96).uncertaintyRatio()).isCloseTo(0.62, within(0.005));
    }

    @Test
    void givesAVirtualMachineItsShare() {
        assertThat(CpuPowerModel.of(RATING, 8).maxWatts())
                .isCloseTo(CpuPowerModel.of(RATING, 96).maxWatts() / 12, within(1e-9));
        assertThat(CpuPowerModel.of(RATING, 200).maxWatts())
                .isEqualTo(CpuPowerModel.of(RATING, 96).maxWatts());
    }

    @Test
    void ratesAnUnknownProcessorByTheSpreadOfTheTable() {
        // A core of an x86 server has two threads.
        double[] wattsPerThread = CpuRatings.builtIn().all().stream()
                .filter(rating ->
                        rating.name().startsWith("EPYC") || rating.name().startsWith("Xeon"))
                .mapToDouble(rating -> rating.tdpWatts() / rating.cores() / 2)
                .sorted()
                .toArray();
        double lowest = wattsPerThread[0];
        double highest = wattsPerThread[wattsPerThread.length - 1];

        assertThat(CpuPowerModel.UNKNOWN_RATING_UNCERTAINTY_RATIO)
                .isCloseTo((highest - lowest) / (highest + lowest), within(0.005));
        assertThat(CpuPowerModel.UNKNOWN_WATTS_PER_THREAD).isCloseTo((highest + lowest) / 2, within(0.5));
        assertThat(CpuPowerModel.ofUnknown(16).maxWatts()).isCloseTo(64 * 1.01, within(1e-9));
        assertThat(CpuPowerModel.ofUnknown(16).uncertaintyRatio()).isCloseTo(Math.hypot(0.617, 0.66), within(0.005));
    }
}
