package io.joulegram.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class OutputMomentsTest {
    private static final double SLOT = TokenTimeline.SLOT_MILLIS;

    private final OutputMoments moments = new OutputMoments();

    @Test
    void whoWritesAloneHasAllOfThatTime() {
        wrote(moments.ofNext(), 1, LongStream.range(0, 20));
        wrote(moments.ofNext(), 1, LongStream.range(10, 20));
        moments.ofNext();

        assertThat(moments.shares()).containsExactly(15 * SLOT, 5 * SLOT, 0);
    }

    @Test
    void tokensOfOneMomentCostTheSame() {
        wrote(moments.ofNext(), 3, LongStream.range(0, 10));
        wrote(moments.ofNext(), 1, LongStream.range(0, 10));

        assertThat(moments.shares()).containsExactly(7.5 * SLOT, 2.5 * SLOT);
    }

    @Test
    void aStepThatTakesLongerThanASlotLastsFromTheOneBefore() {
        wrote(moments.ofNext(), 1, LongStream.of(100, 104, 108, 112, 118));
        wrote(moments.ofNext(), 1, LongStream.of(112, 118));

        assertThat(moments.shares()).containsExactly((4 + 4 + 4 + 2 + 3) * SLOT, (2 + 3) * SLOT);
    }

    @Test
    void theTimeInWhichAPromptWasReadIsNotThatOfItsFirstToken() {
        wrote(moments.ofNext(), 1, LongStream.of(0, 1, 2, 12, 13));
        wrote(moments.ofNext(), 1, LongStream.of(12, 13), 12 * 50 + 10, Long.MAX_VALUE);

        assertThat(moments.shares()).containsExactly(4 * SLOT, SLOT);
    }

    @Test
    void aMomentLastsNoLongerThanAnyRequestThatWritesInIt() {
        wrote(moments.ofNext(), 1, LongStream.of(0, 1), 0, 70);
        wrote(moments.ofNext(), 1, LongStream.of(2, 3), 120, Long.MAX_VALUE);

        assertThat(moments.shares()).containsExactly(50 + 20, 30 + 50);
    }

    @Test
    void whatIsToldOfARequestAfterItsEndHasSomeTime() {
        wrote(moments.ofNext(), 1, LongStream.of(7), 0, 100);

        assertThat(moments.shares()).containsExactly(1);
    }

    @Test
    void aPauseIsNobodys() {
        wrote(moments.ofNext(), 1, LongStream.of(0, 1, 2));
        wrote(moments.ofNext(), 1, LongStream.of(900, 901));

        assertThat(moments.shares()).containsExactly(3 * SLOT, (20 + 1) * SLOT);
    }

    private static void wrote(OutputMoments.Sink request, double tokens, LongStream slots) {
        wrote(request, tokens, slots, 0, Long.MAX_VALUE);
    }

    private static void wrote(
            OutputMoments.Sink request, double tokens, LongStream slots, long firstMillis, long endMillis) {
        slots.forEach(slot -> request.wrote(slot, tokens, firstMillis, endMillis));
    }
}
