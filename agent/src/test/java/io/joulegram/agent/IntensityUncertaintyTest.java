package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.grid.GridIntensity;
import java.time.Instant;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class IntensityUncertaintyTest {
    private static GridIntensity by(String provider) {
        return new GridIntensity(
                380, "DE", provider, "average", "lifecycle", Instant.EPOCH, Instant.EPOCH.plusSeconds(3600), "test");
    }

    @Test
    void isByWhereTheFigureComesFrom() {
        IntensityUncertainty standard = new IntensityUncertainty(OptionalDouble.empty());
        assertThat(standard.ratioOf(by("owid"))).isEqualTo(0.25);
        assertThat(standard.ratioOf(by("electricitymaps"))).isZero();
        assertThat(standard.ratioOf(GridIntensity.fixed(380, "average"))).isZero();
        assertThat(standard.ratioOf(null)).isZero();
    }

    @Test
    void isTheConfiguredOneForEveryFigure() {
        IntensityUncertainty configured = new IntensityUncertainty(OptionalDouble.of(0.1));
        assertThat(configured.ratioOf(by("owid"))).isEqualTo(0.1);
        assertThat(configured.ratioOf(by("electricitymaps"))).isEqualTo(0.1);
        assertThat(configured.ratioOf(null)).isZero();
    }
}
