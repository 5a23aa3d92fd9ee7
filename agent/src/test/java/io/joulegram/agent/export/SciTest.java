package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SciTest {
    /** 2 kWh at 413 g/kWh and 74 g of making over a million tokens. */
    private static final Sci SCI = new Sci(7_200_000, 826, 74, 1_000_000);

    @Test
    void isTheSumOfItsPartsOverTheFunctionalUnit() {
        assertThat(SCI.energyKwh()).isEqualTo(2);
        assertThat(SCI.gramsPerKwh()).isEqualTo(413);
        assertThat(SCI.gramsPerToken())
                .isCloseTo((SCI.energyKwh() * SCI.gramsPerKwh() + SCI.embodiedGrams()) / SCI.tokens(), within(1e-15));
        assertThat(SCI.gramsPerToken()).isEqualTo(0.0009);
    }
}
