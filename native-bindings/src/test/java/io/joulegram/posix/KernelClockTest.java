package io.joulegram.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KernelClockTest {
    @Test
    void monotonicIsTheClockOfNanoTime() throws PosixException {
        KernelClock clock = KernelClock.monotonic();

        long before = System.nanoTime();
        long between = clock.nanos();
        long after = System.nanoTime();

        assertThat(between).isBetween(before, after);
    }

    @Test
    void boottimeIsNeverBehindMonotonic() throws PosixException {
        KernelClock monotonic = KernelClock.monotonic();
        KernelClock boottime = KernelClock.boottime();

        assertThat(monotonic.nanos()).isLessThanOrEqualTo(boottime.nanos());
    }
}
