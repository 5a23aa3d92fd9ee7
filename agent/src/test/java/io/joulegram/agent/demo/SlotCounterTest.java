package io.joulegram.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
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

    @Property(tries = 500)
    void itNeverFalls(
            @ForAll @Size(min = 1, max = 5) List<@LongRange(min = 0, max = 100_000_000_000L) Long> perSlot,
            @ForAll @LongRange(min = 0, max = 1L << 50) long earlier,
            @ForAll @LongRange(min = 0, max = 100_000_000) long elapsed) {
        SlotCounter counter =
                new SlotCounter(perSlot.stream().mapToLong(Long::longValue).toArray());

        assertThat(counter.at(earlier + elapsed)).isGreaterThanOrEqualTo(counter.at(earlier));
    }
}
