package io.joulegram.agent.simulate;

import java.util.Arrays;

/** A request on its way through the scheduler. Not thread-safe. */
final class Sequence {
    private final int promptTokens;
    private final long[] promptBlocks;
    private final int outputTokens;
    private final Finish finish;
    private final TokenReceiver receiver;

    private int[] blocks = new int[8];
    private int blockCount;
    private int computedTokens;
    private int generatedTokens;
    /** Up to here, tokens are computed many at a time. */
    private int prefillTokens;

    private int cachedTokens;
    private boolean admittedBefore;
    private boolean aborted;
    private long arrivalNanos;
    private long admittedNanos;
    private long firstTokenNanos;
    private long lastTokenNanos;

    /**
     * @param prompt at least one token
     * @param outputTokens how many tokens it will write, 1 or more
     * @param finish why it will then end
     */
    Sequence(PromptTokens prompt, int outputTokens, Finish finish, TokenReceiver receiver) {
        this.promptTokens = prompt.count();
        this.promptBlocks = prompt.blocks();
        this.outputTokens = outputTokens;
        this.finish = finish;
        this.receiver = receiver;
        prefillTokens = promptTokens;
    }

    int promptTokens() {
        return promptTokens;
    }

    long[] promptBlocks() {
        return promptBlocks;
    }

    int outputTokens() {
        return outputTokens;
    }

    Finish finish() {
        return finish;
    }

    TokenReceiver receiver() {
        return receiver;
    }

    /** Tokens that must have been computed before the next one can be made. */
    int knownTokens() {
        return promptTokens + generatedTokens;
    }

    int computedTokens() {
        return computedTokens;
    }

    int generatedTokens() {
        return generatedTokens;
    }

    /** Tokens of the prompt that were in the cache when it was first admitted. */
    int cachedTokens() {
        return cachedTokens;
    }

    boolean isPrefilling() {
        return computedTokens < prefillTokens;
    }

    boolean isFinished() {
        return generatedTokens == outputTokens;
    }

    boolean isAborted() {
        return aborted;
    }

    void abort() {
        aborted = true;
    }

    long arrivalNanos() {
        return arrivalNanos;
    }

    /** When it was admitted first. */
    long admittedNanos() {
        return admittedNanos;
    }

    long firstTokenNanos() {
        return firstTokenNanos;
    }

    long lastTokenNanos() {
        return lastTokenNanos;
    }

    void arrive(long atNanos) {
        arrivalNanos = atNanos;
    }

    /** It enters the batch. Returns whether for the first time. */
    boolean admit(long atNanos, int cached) {
        computedTokens = cached;
        prefillTokens = knownTokens();
        if (admittedBefore) {
            return false;
        }
        admittedBefore = true;
        admittedNanos = atNanos;
        cachedTokens = cached;
        return true;
    }

    /** It leaves the batch and will have to compute everything again. */
    void preempt() {
        computedTokens = 0;
    }

    /** So many more are computed. Returns whether that makes the next token. */
    boolean compute(int tokens, long atNanos) {
        computedTokens += tokens;
        if (computedTokens < knownTokens() || aborted) {
            return false;
        }
        if (generatedTokens++ == 0) {
            firstTokenNanos = atNanos;
        }
        return true;
    }

    void tokenMade(long atNanos) {
        lastTokenNanos = atNanos;
    }

    int blockCount() {
        return blockCount;
    }

    int block(int index) {
        return blocks[index];
    }

    void addBlock(int block) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * blockCount);
        }
        blocks[blockCount++] = block;
    }

    void dropBlocks() {
        blockCount = 0;
    }
}
