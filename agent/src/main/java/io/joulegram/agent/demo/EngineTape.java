package io.joulegram.agent.demo;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/**
 * What one engine does in every slot of the period: made once by simulating a continuous-batching scheduler request by
 * request, then only looked up.
 *
 * <p>The rates are those of a 70B model on four H100: a decode step takes 12 ms and 0.15 ms more for each sequence of the
 * batch, prefill handles 10,000 tokens a second and slows decoding meanwhile.
 */
final class EngineTape {
    private static final double SLOT_SECONDS = SlotCounter.SLOT_NANOS / 1e9;
    private static final int MAX_BATCH = 96;
    private static final int PREFILL_TOKENS_PER_SLOT = 500;
    private static final double STEP_SECONDS = 0.012;
    private static final double STEP_SECONDS_PER_SEQUENCE = 0.000_15;
    private static final double DECODE_SPEED_BESIDE_PREFILL = 0.5;

    final long[] computedPromptTokens;
    final long[] cachedPromptTokens;
    final long[] generatedTokens;
    final long[] finishedRequests;
    final long[] finishedMicroseconds;
    final int[] running;
    final int[] waiting;

    private final Deque<Request> queue = new ArrayDeque<>();
    private final List<Request> batch = new ArrayList<>();
    private final Random random;

    private EngineTape(int slots, long seed) {
        computedPromptTokens = new long[slots];
        cachedPromptTokens = new long[slots];
        generatedTokens = new long[slots];
        finishedRequests = new long[slots];
        finishedMicroseconds = new long[slots];
        running = new int[slots];
        waiting = new int[slots];
        random = new Random(seed);
    }

    private static final class Request {
        private final int arrivalSlot;
        private final int cachedTokens;
        private int promptTokensLeft;
        private int outputTokensLeft;
        private double outputTokensDue;

        Request(Random random, int slot) {
            arrivalSlot = slot;
            int promptTokens = 100 + (int) (500 * -Math.log(1 - 0.98 * random.nextDouble()));
            // Half the requests begin with a system prompt that the prefix cache holds, in blocks of 16 tokens.
            cachedTokens = random.nextBoolean() ? promptTokens * 2 / 3 / 16 * 16 : 0;
            promptTokensLeft = promptTokens - cachedTokens;
            outputTokensLeft = 40 + random.nextInt(220);
        }
    }

    /**
     * Simulates a period.
     *
     * @param engines how many engines share the traffic
     * @throws IllegalStateException if requests are left at the end, which could then not be followed by the begin
     */
    static EngineTape record(int engines, long seed) {
        int slots = (int) Math.round(Traffic.PERIOD_SECONDS / SLOT_SECONDS);
        EngineTape tape = new EngineTape(slots, seed);
        for (int slot = 0; slot < slots; slot++) {
            tape.arrive(slot, Traffic.requestsPerSecond(slot * SLOT_SECONDS) * SLOT_SECONDS / engines);
            tape.admit(slot);
            tape.running[slot] = tape.batch.size();
            tape.waiting[slot] = tape.queue.size();
            tape.decode(slot, tape.prefill(slot));
        }
        if (!tape.batch.isEmpty() || !tape.queue.isEmpty()) {
            throw new IllegalStateException("the night is too short for seed " + seed + ": " + tape.batch.size()
                    + " requests are left at the end of the period");
        }
        return tape;
    }

    /** Poisson arrivals, by Knuth's method (The Art of Computer Programming, volume 2, section 3.4.1). */
    private void arrive(int slot, double meanRequests) {
        double limit = Math.exp(-meanRequests);
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            queue.add(new Request(random, slot));
        }
    }

    private void admit(int slot) {
        while (batch.size() < MAX_BATCH && !queue.isEmpty()) {
            Request request = queue.remove();
            cachedPromptTokens[slot] += request.cachedTokens;
            batch.add(request);
        }
    }

    /** First come, first served. Returns how fast decoding can go beside it. */
    private double prefill(int slot) {
        int budget = PREFILL_TOKENS_PER_SLOT;
        for (Request request : batch) {
            int tokens = Math.min(budget, request.promptTokensLeft);
            request.promptTokensLeft -= tokens;
            budget -= tokens;
        }
        int computed = PREFILL_TOKENS_PER_SLOT - budget;
        computedPromptTokens[slot] = computed;
        return 1 - (1 - DECODE_SPEED_BESIDE_PREFILL) * computed / PREFILL_TOKENS_PER_SLOT;
    }

    private void decode(int slot, double speed) {
        double tokensPerSequence = speed * SLOT_SECONDS / (STEP_SECONDS + STEP_SECONDS_PER_SEQUENCE * batch.size());
        for (Iterator<Request> requests = batch.iterator(); requests.hasNext(); ) {
            Request request = requests.next();
            if (request.promptTokensLeft == 0) {
                request.outputTokensDue += tokensPerSequence;
                int tokens = Math.min(request.outputTokensLeft, (int) request.outputTokensDue);
                request.outputTokensDue -= tokens;
                request.outputTokensLeft -= tokens;
                generatedTokens[slot] += tokens;
                if (request.outputTokensLeft == 0) {
                    requests.remove();
                    finishedRequests[slot]++;
                    finishedMicroseconds[slot] += (slot + 1 - request.arrivalSlot) * SlotCounter.SLOT_NANOS / 1_000;
                }
            }
        }
    }
}
