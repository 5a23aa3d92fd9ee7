package io.joulegram.agent.simulate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Continuous batching as vLLM's V1 scheduler does it: each step first serves the sequences in the batch, oldest first, then
 * admits waiting ones, until the tokens of a step are spent. A prompt that does not fit into what is left is computed in
 * chunks. Where the memory for keys and values runs out, the youngest sequence is preempted: it gives its blocks back,
 * waits at the head of the queue and is computed anew, what it has written included.
 *
 * <p>Not thread-safe.
 */
final class BatchScheduler {
    private final EngineSettings settings;
    private final KeyValueBlocks blocks;
    private final EngineStatistics statistics;
    private final List<Sequence> running = new ArrayList<>();
    private final Deque<Sequence> waiting = new ArrayDeque<>();

    BatchScheduler(EngineSettings settings, EngineStatistics statistics) {
        this.settings = settings;
        this.statistics = statistics;
        blocks = new KeyValueBlocks(settings.keyValueBlocks());
    }

    int running() {
        return running.size();
    }

    int waiting() {
        return waiting.size();
    }

    /** Blocks for keys and values that sequences hold. */
    int usedBlocks() {
        return blocks.total() - blocks.free();
    }

    /**
     * Puts a sequence at the end of the queue.
     *
     * @return whether the queue had a place
     * @throws IllegalArgumentException if it can never fit
     */
    boolean submit(Sequence sequence) {
        if (sequence.promptTokens() < 1
                || sequence.outputTokens() < 1
                || sequence.promptTokens() > settings.maxTokens() - sequence.outputTokens()) {
            throw new IllegalArgumentException(sequence.promptTokens() + " prompt tokens and " + sequence.outputTokens()
                    + " output tokens; allowed: at least one of each, " + settings.maxTokens() + " together");
        }
        // A request that can run at once is not in the queue for longer than the step that is going on.
        if (waiting.size() >= settings.maxWaiting() && running.size() + waiting.size() >= settings.maxSequences()) {
            return false;
        }
        waiting.add(sequence);
        return true;
    }

    /** Gives a sequence up: at once if it waits, else at the end of the step. */
    void abort(Sequence sequence) {
        if (sequence.isAborted() || sequence.isFinished()) {
            return;
        }
        sequence.abort();
        statistics.aborted();
        if (waiting.remove(sequence)) {
            blocks.release(sequence);
        }
    }

    /** What the next step computes; empty if there is nothing to do. */
    Batch next(long atNanos) {
        Batch batch = new Batch();
        int left = settings.maxBatchedTokens();
        boolean preempted = false;
        for (int index = 0; index < running.size() && left > 0; index++) {
            Sequence sequence = running.get(index);
            int tokens = Math.min(left, sequence.knownTokens() - sequence.computedTokens());
            while (index < running.size() && !blocks.grow(sequence, sequence.computedTokens() + tokens)) {
                preempt(running.size() - 1);
                preempted = true;
            }
            if (index < running.size()) {
                batch.add(sequence, tokens);
                left -= tokens;
            }
        }
        if (!preempted) {
            admit(batch, left, atNanos);
        }
        return batch;
    }

    private void preempt(int index) {
        Sequence victim = running.remove(index);
        blocks.release(victim);
        victim.preempt();
        waiting.addFirst(victim);
        statistics.preempted();
    }

    private void admit(Batch batch, int tokensLeft, long atNanos) {
        int left = tokensLeft;
        while (left > 0 && running.size() < settings.maxSequences() && !waiting.isEmpty()) {
            Sequence sequence = waiting.element();
            // The last token is computed in any case, since the next one follows from it.
            int most = Math.min(
                    sequence.promptBlocks().length, (sequence.knownTokens() - 1) / KeyValueBlocks.TOKENS_PER_BLOCK);
            int cachedBlocks = blocks.cachedBlocks(sequence.promptBlocks(), most);
            int cached = cachedBlocks * KeyValueBlocks.TOKENS_PER_BLOCK;
            int tokens = Math.min(left, sequence.knownTokens() - cached);
            if (!blocks.admit(sequence, cachedBlocks, cached + tokens)) {
                return;
            }
            waiting.remove();
            running.add(sequence);
            if (sequence.admit(atNanos, cached)) {
                statistics.admitted(sequence);
            }
            batch.add(sequence, tokens);
            left -= tokens;
        }
    }

    /** Books what a step has computed, and adds the tokens that it made. */
    void complete(Batch batch, long atNanos, List<MadeToken> made) {
        long madeBefore = made.size();
        long computedPromptTokens = 0;
        for (int index = 0; index < batch.size(); index++) {
            Sequence sequence = batch.sequence(index);
            boolean prefilling = sequence.isPrefilling();
            int before = sequence.computedTokens();
            boolean token = sequence.compute(batch.tokens(index), atNanos);
            blocks.publish(sequence, before, sequence.computedTokens());
            computedPromptTokens += prefilling ? batch.tokens(index) : 0;
            if (token) {
                statistics.tokenMade(sequence, atNanos);
                sequence.tokenMade(atNanos);
                made.add(new MadeToken(
                        sequence, sequence.generatedTokens() - 1, sequence.isFinished() ? sequence.finish() : null));
            }
        }
        statistics.stepDone(computedPromptTokens, made.size() - madeBefore);
        running.removeIf(this::leaves);
    }

    private boolean leaves(Sequence sequence) {
        if (!sequence.isFinished() && !sequence.isAborted()) {
            return false;
        }
        blocks.release(sequence);
        if (sequence.isFinished()) {
            statistics.finished(sequence);
        }
        return true;
    }
}
