package io.joulegram.agent.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ConditionNumberTest {
    @Test
    void isOneAtRightAnglesWhateverTheLengths() {
        assertThat(ConditionNumber.of(new double[][] {{3, 0, 0}, {0, 1e-6, 0}, {0, 0, 7e5}}))
                .isCloseTo(1, within(1e-12));
    }

    @Test
    void isTheRatioOfSingularValues() {
        // Columns at 60 degrees: the Gram matrix has the eigenvalues 1.5 and 0.5.
        assertThat(ConditionNumber.of(new double[][] {{1, 0}, {0.5, Math.sqrt(0.75)}}))
                .isCloseTo(Math.sqrt(3), within(1e-12));
        // Three with equal cosines c: 1 + 2c and 1 - c, here 2 and 0.5.
        double[][] equal = {{1, 0, 0}, {0.5, Math.sqrt(0.75), 0}, {0.5, 0.25 / Math.sqrt(0.75), Math.sqrt(2.0 / 3)}};
        assertThat(ConditionNumber.of(equal)).isCloseTo(2, within(1e-12));
    }

    @Test
    void isBeyondBoundsWhereAColumnIsZeroOrASumOfOthers() {
        assertThat(ConditionNumber.of(new double[][] {{1, 2}, {0, 0}})).isInfinite();
        assertThat(ConditionNumber.of(new double[][] {{1, 2, 3}, {2, 4, 6}})).isGreaterThan(1e7);
    }
}
