package io.joulegram.power.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.estimate.ModelConstants.Terms;
import org.junit.jupiter.api.Test;

class CalibratedModelTest {
    @Test
    void addsTheTermsAndStandsBetweenNoTrafficAndTheMost() {
        PowerModel model = CalibratedModel.of(new Terms(40, 160, 20, 0.8), 0.5, 0);

        assertThat(model.watts(0)).isCloseTo(0.5 * 40, within(1e-9));
        // At a tenth of the threads, four tenths of the traffic at most.
        assertThat(model.watts(0.1)).isCloseTo(0.5 * (40 + 160 * Math.pow(0.1, 0.8) + 20 * 0.4 / 2), within(1e-9));
        assertThat(model.watts(0.5)).isCloseTo(0.5 * (40 + 160 * Math.pow(0.5, 0.8) + 20.0 / 2), within(1e-9));
        assertThat(model.maxWatts()).isCloseTo(0.5 * 220, within(1e-9));
    }

    @Test
    void neverClaimsToBeMeasured() {
        assertThat(CalibratedModel.of(new Terms(40, 160, 0, 1), 1, 0).uncertaintyRatio())
                .isEqualTo(PowerModel.MIN_UNCERTAINTY_RATIO);
        assertThat(CalibratedModel.of(new Terms(40, 160, 0, 1), 1, 0.7).uncertaintyRatio())
                .isCloseTo(0.7, within(1e-9));
    }

    @Test
    void derivesItsUncertaintyFromTheBounds() {
        // From u = 1/4 on, 1 W without traffic and 5 W with the most.
        assertThat(CalibratedModel.of(new Terms(1, 0, 4, 1), 1, 0).uncertaintyRatio())
                .isCloseTo((5.0 - 1) / (5 + 1), within(1e-9));
    }

    @Test
    void canBeNothingAtAll() {
        PowerModel model = CalibratedModel.of(new Terms(0, 0, 0, 1), 1, 0);

        assertThat(model.watts(1)).isZero();
        assertThat(model.uncertaintyRatio()).isEqualTo(PowerModel.MIN_UNCERTAINTY_RATIO);
    }
}
