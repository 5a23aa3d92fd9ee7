package io.joulegram.agent.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

class StressThreadsTest {
    @Test
    void streamMemoryWhenToldAndEndWhenClosed() {
        StressThreads stress = new StressThreads(2, 64L << 20);
        try {
            assertThat(stress.streamedBytes()).isZero();

            stress.apply(new StressLevel(1, 1, 1));
            await().until(() -> stress.streamedBytes() > 32L << 20);
        } finally {
            stress.close();
        }
        long after = stress.streamedBytes();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("stress-"));
        assertThat(stress.streamedBytes()).isEqualTo(after);
    }
}
