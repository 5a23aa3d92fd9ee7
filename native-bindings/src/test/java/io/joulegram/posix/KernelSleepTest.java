package io.joulegram.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelSleepTest {
    private static final long TEN_MILLISECONDS = 10_000_000;

    private final KernelSleep sleep = new KernelSleep();

    @Test
    void sleepsUntilTheInstantAndNotLess() {
        for (int i = 0; i < 20; i++) {
            long deadline = System.nanoTime() + TEN_MILLISECONDS;
            sleep.until(deadline);
            assertThat(System.nanoTime() - deadline).isNotNegative();
        }
    }

    @Test
    void returnsAtOnceWhereTheInstantHasGoneBy() {
        long manyDays = 10_000_000_000_000_000L;

        // Were an instant of the past taken for a span, or for one of the future, this would not end.
        for (long nanos = 0; nanos < manyDays && nanos < System.nanoTime(); nanos = 2 * nanos + 1) {
            sleep.until(System.nanoTime() - nanos);
        }
        sleep.until(0);
    }
}
