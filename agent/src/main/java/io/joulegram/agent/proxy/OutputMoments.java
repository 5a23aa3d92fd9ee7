package io.joulegram.agent.proxy;

import static io.joulegram.agent.proxy.TokenTimeline.SLOT_MILLIS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * When the requests of one interval wrote, and so what each has of its decode energy: each moment in which anything was written
 * costs what it lasted, whoever wrote, and the tokens of a moment cost the same. So a request that writes alone bears all of that
 * time, and one of many a part of it: a step of a small batch takes hardly less than one of a large.
 *
 * <p>A moment is a slot of {@link TokenTimeline}, as far as any of those that write in it had begun and not ended; where steps are
 * longer than slots, with the slots before it in which nothing was written. Where a request writes for the first time, its prompt
 * may have been read in those, which is of the other phase: then they are no more than before another moment.
 *
 * <p>Not thread-safe.
 */
final class OutputMoments {
    /** A second: nothing was written for longer than that because nothing was to be written. */
    private static final long MOST_SLOTS = 1000 / SLOT_MILLIS;

    private final List<Written> all = new ArrayList<>();
    private final Map<Long, Moment> moments = new TreeMap<>();
    private int requests;

    /** Takes what a request wrote. */
    interface Sink {
        /** Nobody asks who wrote when. */
        Sink NONE = (slot, tokens, firstMillis, endMillis) -> {};

        /**
         * It wrote this much.
         *
         * @param slot as {@link TokenTimeline} numbers them
         * @param firstMillis when it wrote for the first time, since 1970, or earlier than the slot
         * @param endMillis when it ended, since 1970, or later than the slot
         */
        void wrote(long slot, double tokens, long firstMillis, long endMillis);
    }

    private record Written(int request, long slot, double tokens) {}

    private static final class Moment {
        private double tokens;
        private boolean begins;
        private long fromMillis = Long.MAX_VALUE;
        private long untilMillis = Long.MIN_VALUE;
        private long slotsBefore;

        private void add(long slot, double more, long firstMillis, long endMillis) {
            long begin = slot * SLOT_MILLIS;
            tokens += more;
            begins |= firstMillis > begin;
            fromMillis = Math.min(fromMillis, Math.max(begin, firstMillis));
            untilMillis = Math.max(untilMillis, Math.min(begin + SLOT_MILLIS, endMillis));
        }

        private long millis() {
            return Math.max(1, untilMillis - fromMillis) + slotsBefore * SLOT_MILLIS;
        }
    }

    /** Takes what one more request wrote. */
    Sink ofNext() {
        int request = requests++;
        return (slot, tokens, firstMillis, endMillis) -> {
            if (tokens > 0) {
                all.add(new Written(request, slot, tokens));
                moments.computeIfAbsent(slot, unseen -> new Moment()).add(slot, tokens, firstMillis, endMillis);
            }
        };
    }

    /** For each request, in their order, the milliseconds that it has of all; 0 if it wrote nothing. */
    double[] shares() {
        measurePauses();
        double[] shares = new double[requests];
        for (Written written : all) {
            Moment moment = Objects.requireNonNull(moments.get(written.slot()));
            shares[written.request()] += moment.millis() * written.tokens() / moment.tokens;
        }
        return shares;
    }

    private void measurePauses() {
        // What was before the first one is not told: it is taken for one in which a request begins.
        long before = Long.MIN_VALUE / 2;
        boolean begins = true;
        OptionalLong shortest = OptionalLong.empty();
        for (Map.Entry<Long, Moment> entry : moments.entrySet()) {
            Moment moment = entry.getValue();
            moment.begins |= begins;
            moment.slotsBefore = Math.min(MOST_SLOTS, entry.getKey() - before) - 1;
            if (!moment.begins) {
                shortest = OptionalLong.of(Math.min(moment.slotsBefore, shortest.orElse(MOST_SLOTS)));
            }
            before = entry.getKey();
            begins = false;
        }
        for (Moment moment : moments.values()) {
            moment.slotsBefore = moment.begins ? Math.min(moment.slotsBefore, shortest.orElse(0)) : moment.slotsBefore;
        }
    }
}
