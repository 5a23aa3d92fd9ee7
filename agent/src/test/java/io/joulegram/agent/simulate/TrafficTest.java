package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TrafficTest {
    private static final double DAY_SECONDS = 120;
    private static final double PEAK = 16;

    private final Traffic days = Traffic.days(PEAK);

    @Test
    void steadyTrafficIsSteady() {
        assertThat(Traffic.steady(3).perSecond().applyAsDouble(0)).isEqualTo(3);
        assertThat(Traffic.steady(3).perSecond().applyAsDouble(1e9)).isEqualTo(3);
        assertThat(Traffic.steady(3).mostPerSecond()).isEqualTo(3);
    }

    @Test
    void daysHaveWavesAndBurstsAndPauses() {
        assertThat(at(0)).isEqualTo(0.35 * PEAK);
        assertThat(at(20)).isBetween(0.9 * PEAK, PEAK);
        assertThat(at(22.5)).isEqualTo(4 * PEAK);
        assertThat(at(50)).isZero();
        assertThat(at(79)).isEqualTo(4 * PEAK);
        assertThat(at(119)).isZero();
        assertThat(at(4 * DAY_SECONDS + 22.5)).isEqualTo(4 * 0.35 * PEAK);
    }

    @Test
    void theyRepeatAndNeverExceedTheirMost() {
        for (double second = 0; second < 5 * DAY_SECONDS; second += 0.25) {
            assertThat(at(second)).isBetween(0.0, days.mostPerSecond());
            assertThat(at(second + 5 * DAY_SECONDS)).isEqualTo(at(second));
        }
    }

    @Test
    void whatIsNoRateIsRefused() {
        assertThatThrownBy(() -> Traffic.steady(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Traffic.steady(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    private double at(double second) {
        return days.perSecond().applyAsDouble(second);
    }
}
