package io.joulegram.agent.attribution;

import io.joulegram.tokens.BusySlots;
import io.joulegram.tokens.ModelTokens;

/**
 * The output of one model whose server counts it when requests end, told as it is made: by the steps of the engine, in each of
 * which every running request has a token. It only weighs energy; tokens are those that the server counts.
 *
 * <ul>
 *   <li>Tokens are steps times the requests that run, of which scrapes tell at both ends of an interval, held within what the
 *       server tells of {@linkplain BusySlots the requests in its steps}; when nothing runs any more, what was counted and not
 *       told yet. So they sum to what the server counts.
 *   <li>Time is what steps take. That is told by the clock where requests run and no prompt is read. Until then it is by the
 *       time that the server tells of ended requests; the time of k requests side by side is of the engine one part of k, and
 *       holds k - 1 parts of k of the time of their prompts, in which the others had to wait.
 * </ul>
 *
 * <p>Owned by the accounting thread.
 */
final class OutputProgress {
    /** The part of an interval that steps must account for; else a prompt may be under way, which is counted later. */
    private static final double ACCOUNTED = 0.8;

    /** A step takes up to so many times what it takes on average: with a long context. */
    private static final double MOST_CLOCKED = 2;

    /** Intervals for which a step by the clock holds: batches change. */
    private static final int CLOCK_HOLDS = 60;

    /** Of an interval: more than any server makes, so that nonsense of a server overflows nothing. */
    private static final double MOST_TOKENS = 0x1p32;

    private static final double NANOS_PER_MICRO = 1e3;

    /** Told and not counted yet; below 0 where more was counted than told. */
    private long outstandingTokens;
    /** By how much more tokens were made than slots were busy, since nothing ran. */
    private double beyondSlots;
    /** What a step took of late, by the clock; 0 until it is known. */
    private double microsPerStep;

    private int sinceClock;
    /** The same by what the server tells of ended requests. */
    private double toldMicrosPerStep;

    /** Requests under way are gone. */
    void forgetOutstanding() {
        outstandingTokens = 0;
        beyondSlots = 0;
    }

    /**
     * What was done between two scrapes.
     *
     * @param counted what the server counted
     */
    TokenDelta work(TokenDelta counted, ModelTokens before, ModelTokens now, long elapsedNanos) {
        if (!isTold(now)) {
            return counted;
        }
        long made = made(counted, before, now);
        long left = counted.generated() - outstandingTokens;
        // That more was counted than made may be chance, as long as it is little; or steps have several tokens.
        long output = running(now) > 0 ? Math.max(made, left - made) : Math.max(Math.min(1, counted.generated()), left);
        double elapsedMicros = elapsedNanos / NANOS_PER_MICRO;
        double ofPrompts = Math.min(elapsedMicros, (double) counted.prefillMicroseconds());
        double ofOutput = Math.min(micros(counted, output, before, now), elapsedMicros - ofPrompts);
        return counted.withOutput(output, Math.round(Math.max(0, ofOutput)));
    }

    private long made(TokenDelta counted, ModelTokens before, ModelTokens now) {
        double tokens = counted.steps() * Math.max(1, (running(before) + running(now)) / 2);
        if (before.busySlots().isPresent() && now.busySlots().isPresent()) {
            double told = busy(before, now) - beyondSlots;
            double off =
                    before.busySlots().get().halfWidth() + now.busySlots().get().halfWidth();
            tokens = Math.max(Math.min(tokens, told + off), told - off);
        }
        return Math.round(Math.max(0, Math.min(MOST_TOKENS, tokens)));
    }

    private static double busy(ModelTokens before, ModelTokens now) {
        return now.busySlots().map(BusySlots::sum).orElse(0.0)
                - before.busySlots().map(BusySlots::sum).orElse(0.0);
    }

    /** Time of output; without bound where nothing is known yet. */
    private double micros(TokenDelta counted, long output, ModelTokens before, ModelTokens now) {
        long ended = Math.min(output, Math.max(0, counted.generated() - outstandingTokens));
        double ofEnded = told(counted);
        if (output == 0) {
            return 0;
        }
        if (microsPerStep > 0 && sinceClock <= CLOCK_HOLDS) {
            return counted.steps() * microsPerStep;
        }
        if (toldMicrosPerStep == 0 && (ofEnded == 0 || running(now) > 0)) {
            // The first interval stayed open because requests ran throughout.
            return Double.MAX_VALUE;
        }
        double ofRunning = toldMicrosPerStep > 0 ? toldMicrosPerStep : ofEnded;
        double slots = slots(counted, output, Math.max(running(before), running(now)));
        double summed = ended * (ofEnded > 0 ? ofEnded : ofRunning) + (output - ended) * ofRunning;
        return summed / slots - counted.prefillMicroseconds() * (1 - 1 / slots);
    }

    /** Requests that ran side by side. */
    private static double slots(TokenDelta counted, long output, double mostRunning) {
        double perStep = counted.steps() > 0 ? (double) output / counted.steps() : 1;
        return Math.max(1, mostRunning > 0 ? Math.min(perStep, mostRunning) : perStep);
    }

    private static double told(TokenDelta counted) {
        return counted.generated() > 0 ? (double) counted.decodeMicroseconds() / counted.generated() : 0;
    }

    /** Whether requests run and it cannot be told yet what they did: a prompt may be under way. */
    boolean isOpen(TokenDelta counted, TokenDelta work, ModelTokens now, long elapsedNanos) {
        if (!isTold(now) || running(now) == 0) {
            return false;
        }
        boolean accounted = work.prefillMicroseconds() > 0
                || work.decodeMicroseconds() >= ACCOUNTED * elapsedNanos / NANOS_PER_MICRO;
        boolean known = microsPerStep > 0 || toldMicrosPerStep > 0 || told(counted) > 0;
        return !known || !accounted;
    }

    /** Goes on from the end of an interval. */
    void book(TokenDelta counted, TokenDelta work, ModelTokens before, ModelTokens now, long elapsedNanos) {
        boolean throughout = running(before) > 0 && running(now) > 0 && counted.computedPrompt() == 0;
        double clocked = counted.steps() > 0 ? elapsedNanos / NANOS_PER_MICRO / counted.steps() : 0;
        // Ended requests have waited for prompts of others besides, so that it cannot be much more: it was a prompt's
        // then.
        boolean ofOutput = clocked > 0 && clocked <= MOST_CLOCKED * Math.max(toldMicrosPerStep, told(counted));
        if (throughout && ofOutput && !isOpen(counted, work, now, elapsedNanos)) {
            microsPerStep = recent(microsPerStep, clocked);
            sinceClock = 0;
        } else if (counted.steps() > 0) {
            sinceClock++;
        }
        if (told(counted) > 0) {
            toldMicrosPerStep = recent(toldMicrosPerStep, told(counted));
        }
        beyondSlots = running(now) > 0 ? beyondSlots + made(counted, before, now) - busy(before, now) : 0;
        outstandingTokens += work.generated() - counted.generated();
        if (running(now) == 0 && counted.steps() > 0) {
            // What a server never counts, as of requests that were given up, must not be missed for long.
            outstandingTokens = Math.max(0, Math.min(outstandingTokens, counted.generated()));
        }
    }

    private static double recent(double known, double now) {
        return known > 0 ? (known + now) / 2 : now;
    }

    /** Steps alone do not tell phases apart: a prompt takes some as well. */
    private static boolean isTold(ModelTokens model) {
        return model.steps().isPresent() && model.decodeMicroseconds().isPresent();
    }

    private static double running(ModelTokens model) {
        return model.requestsRunning().orElse(0);
    }
}
