package io.joulegram.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SlotCounterTest {
    private static final long SLOT = SlotCounter.SLOT_NANOS;

    @Test
    void aSlotIsAddedEvenly() {
        SlotCounter counter = new SlotCounter(new long[] {100, 0, 10});

        assertThat(counter.at(0)).isZero();
        assertThat(counter.at(SLOT / 2)).isEqualTo(50);
        assertThat(counter.at(SLOT)).isEqualTo(100);
        assertThat(counter.at(2 * SLOT)).isEqualTo(100);
        assertThat(counter.at(2 * SLOT + SLOT / 10)).isEqualTo(101);
    }

    @Test
    void thePeriodRepeats() {
        SlotCounter counter = new SlotCounter(new long[] {100, 0, 10});

        assertThat(counter.at(3 * SLOT)).isEqualTo(110);
        assertThat(counter.at(1_000_000L * 3 * SLOT + SLOT / 2)).isEqualTo(110_000_050L);
        assertThat(counter.perSecondAt(3 * SLOT)).isEqualTo(2000);
    }

    @Test
    void beforeTheStartThereIsNothing() {
        SlotCounter counter = new SlotCounter(new long[] {100});

        assertThat(counter.at(-1)).isZero();
        assertThat(counter.perSecondAt(-1)).isZero();
    }

    @Test
    void itNeverFalls() {
        for (long seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SlotCounter counter = new SlotCounter(
                    random.longs(random.nextInt(1, 6), 0, 100_000_000_001L).toArray());
            long earlier = random.nextLong((1L << random.nextInt(51)) + 1);
            long elapsed = random.nextLong(100_000_001);

            assertThat(counter.at(earlier + elapsed)).as("seed %d", seed).isGreaterThanOrEqualTo(counter.at(earlier));
        }
    }
}
