package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class DelayProductsTest {
    @Test
    void areTheProductsOfWhatARequestTakes() {
        DelayProducts products = new DelayProducts(10, 8, 900, OptionalDouble.of(0.09), 0.01);
        assertThat(products.energyDelay()).isEqualTo(7_200);
        assertThat(products.carbonDelay()).isCloseTo(0.08, within(1e-15));
        assertThat(products.carbonEnergy()).isCloseTo(9, within(1e-12));
        assertThat(products.totalCarbonDelay().orElseThrow()).isCloseTo(0.8, within(1e-12));
    }

    @Test
    void theTotalNeedsTheIntensity() {
        assertThat(new DelayProducts(1, 1, 1, OptionalDouble.empty(), 1).totalCarbonDelay())
                .isEmpty();
    }
}
