package io.joulegram.agent.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StressLevelTest {
    @Test
    void coversProcessorsAndMemoryApartAndTogetherAndEndsAtRest() {
        assertThat(StressLevel.plan(64))
                .extracting(StressLevel::label)
                .containsExactly(
                        "rest",
                        "64 computing at 25 %",
                        "64 computing at 50 %",
                        "64 computing at 75 %",
                        "64 computing",
                        "16 computing",
                        "32 computing",
                        "48 computing",
                        "16 streaming",
                        "32 streaming",
                        "48 streaming",
                        "64 streaming",
                        "32 computing and 32 streaming",
                        "rest");
    }

    @Test
    void repeatsNoLevelOnASmallHost() {
        assertThat(StressLevel.plan(2)).hasSize(10).doesNotContain(new StressLevel(3, 0, 1));
        assertThat(StressLevel.plan(1)).hasSizeGreaterThanOrEqualTo(PowerFit.MIN_LEVELS);
    }

    @Test
    void neverAsksForMoreThreadsThanThereAre() {
        for (int threads = 1; threads <= 300; threads++) {
            int most = threads;
            assertThat(StressLevel.plan(threads)).allSatisfy(level -> {
                assertThat(level.computing() + level.streaming()).isBetween(0, most);
                assertThat(level.utilization(most)).isBetween(0.0, 1.0);
            });
        }
    }
}
