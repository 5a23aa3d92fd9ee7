package io.joulegram.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BusySlotsTest {
    @Test
    void theSumIsAsCloseToTheTruthAsSixDigitsTell() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 10_000; i++) {
            long steps = (long) Math.pow(10, random.nextDouble(9));
            long busy = Math.round(steps * random.nextDouble(1, 64));
            BusySlots told = new BusySlots(sixDigits((double) steps), sixDigits((double) busy / steps));

            assertThat(Math.abs(told.sum() - busy)).isLessThanOrEqualTo(told.halfWidth() * 1.00001 + 1e-6);
        }
    }

    @Test
    void aFewTokensInTheFirstMillionSteps() {
        assertThat(new BusySlots(100_000, 3.14159).halfWidth()).isLessThan(1);
        assertThat(new BusySlots(0, 0).sum()).isZero();
        assertThat(new BusySlots(0, 0).halfWidth()).isZero();
    }

    private static double sixDigits(double value) {
        return new BigDecimal(value).round(new MathContext(6)).doubleValue();
    }
}
