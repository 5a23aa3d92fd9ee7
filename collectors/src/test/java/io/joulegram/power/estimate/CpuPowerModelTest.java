package io.joulegram.power.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CpuPowerModelTest {
    private static final CpuRating RATING = new CpuRating("EPYC 9654", 96, 2, 360, Optional.empty());
    private static final CpuRating MEASURED =
            new CpuRating("Xeon Platinum 8275CL", 24, 2, 240, Optional.of(new CpuRating.Span(30, 300)));

    @Test
    void isTheMeanOfTheTwoPublishedCurves() {
        PowerModel model = CpuPowerModel.of(RATING, 1, 0);

        assertThat(model.watts(0)).isCloseTo(360 * (0.1 + 0.12) / 2, within(1e-9));
        assertThat(model.watts(0.1)).isCloseTo(360 * (0.1009 + 0.32) / 2, within(1e-9));
        assertThat(model.watts(0.25)).isCloseTo(360 * (0.1140625 + 0.48125) / 2, within(1e-9));
        assertThat(model.watts(0.5)).isCloseTo(360 * (0.2125 + 0.75) / 2, within(1e-9));
        assertThat(model.watts(1)).isCloseTo(360 * (1.0 + 1.02) / 2, within(1e-9));
        assertThat(model.maxWatts()).isCloseTo(360 * 1.02, within(1e-9));
    }

    @Test
    void runsBetweenTheMeasuredEndsWhereTheyAreKnown() {
        PowerModel model = CpuPowerModel.of(MEASURED, 1, 0);

        assertThat(model.watts(0)).isCloseTo(30, within(1e-9));
        assertThat(model.watts(0.5)).isCloseTo(30 + 270 * (0.125 + 0.7) / 2, within(1e-9));
        assertThat(model.watts(1)).isCloseTo(300, within(1e-9));
        assertThat(model.maxWatts()).isCloseTo(300, within(1e-9));
    }

    @Test
    void claimsNoLessUncertaintyThanTheCurvesDiffer() {
        assertThat(CpuPowerModel.of(RATING, 1, 0).uncertaintyRatio()).isCloseTo(0.62, within(0.005));
        assertThat(CpuPowerModel.of(RATING, 1, 0.5).uncertaintyRatio())
                .isCloseTo(Math.hypot(0.617, 0.5), within(0.005));
    }

    @Test
    void givesAMachineItsShare() {
        assertThat(CpuPowerModel.of(RATING, 1.0 / 12, 0).watts(0.3))
                .isCloseTo(CpuPowerModel.of(RATING, 1, 0).watts(0.3) / 12, within(1e-9));
        assertThat(CpuPowerModel.of(MEASURED, 0.25, 0).watts(0.3))
                .isCloseTo(CpuPowerModel.of(MEASURED, 1, 0).watts(0.3) / 4, within(1e-9));
    }

    @Test
    void ratesAnUnknownProcessorByTheSpreadOfTheTable() {
        // A core of an x86 server has two threads.
        double[] wattsPerThread = CpuRatings.builtIn().all().stream()
                .filter(rating ->
                        rating.name().startsWith("EPYC") || rating.name().startsWith("Xeon"))
                .mapToDouble(rating -> rating.tdpWatts() / rating.threads())
                .sorted()
                .toArray();
        double lowest = wattsPerThread[0];
        double highest = wattsPerThread[wattsPerThread.length - 1];

        assertThat(CpuPowerModel.UNKNOWN_RATING_UNCERTAINTY_RATIO)
                .isCloseTo((highest - lowest) / (highest + lowest), within(0.005));
        assertThat(CpuPowerModel.UNKNOWN_WATTS_PER_THREAD).isCloseTo((highest + lowest) / 2, within(0.5));
        assertThat(CpuPowerModel.ofUnknown(16).watts(1)).isCloseTo(64 * 1.01, within(1e-9));
        assertThat(CpuPowerModel.ofUnknown(16).uncertaintyRatio()).isCloseTo(Math.hypot(0.617, 0.66), within(0.005));
    }
}
