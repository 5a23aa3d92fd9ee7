package io.joulegram.agent.simulate;

/**
 * What is served, on what and within which limits.
 *
 * @param model the model
 * @param accelerator of which there are {@code tensorParallel}
 * @param tensorParallel accelerators that share the model
 * @param keyValueBlocks blocks of {@value KeyValueBlocks#TOKENS_PER_BLOCK} tokens for keys and values
 * @param maxSequences sequences in the batch at most
 * @param maxBatchedTokens tokens in a step at most, over which prefill is spread in chunks
 * @param maxWaiting requests in the queue at most; further ones are refused
 * @param seed of all that is drawn: lengths and words of answers
 */
public record EngineSettings(
        ModelShape model,
        AcceleratorShape accelerator,
        int tensorParallel,
        int keyValueBlocks,
        int maxSequences,
        int maxBatchedTokens,
        int maxWaiting,
        long seed) {

    /** Most accelerators that share a model. */
    public static final int MAX_TENSOR_PARALLEL = 64;

    /** Most engines of a server. */
    static final int MAX_DATA_PARALLEL = 16;

    /** Most servers of a simulation. */
    static final int MAX_SERVERS = 8;

    /** vLLM's {@code --gpu-memory-utilization}. */
    private static final double MEMORY_UTILIZATION = 0.9;

    /** What 1 TB holds for a model of 1B parameters, two times over. */
    private static final int MAX_KEY_VALUE_BLOCKS = 1 << 22;

    private static final int USUAL_SEQUENCES = 256;
    private static final int USUAL_BATCHED_TOKENS = 8192;
    private static final int USUAL_WAITING = 10_000;

    /** @throws IllegalArgumentException if a limit is not above 0; the message says what is allowed */
    public EngineSettings {
        require("--tensor-parallel", tensorParallel, 1, MAX_TENSOR_PARALLEL);
        require("--num-gpu-blocks-override", keyValueBlocks, 1, MAX_KEY_VALUE_BLOCKS);
        require("--max-num-seqs", maxSequences, 1, Integer.MAX_VALUE);
        require("--max-num-batched-tokens", maxBatchedTokens, 1, Integer.MAX_VALUE);
        require("--max-waiting", maxWaiting, 1, Integer.MAX_VALUE);
    }

    static void require(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    name + ": " + value + " is out of range; allowed: " + least + " to " + most);
        }
    }

    /**
     * With vLLM's usual limits, and all memory that weights leave of 90 % for keys and values.
     *
     * @throws IllegalArgumentException if the weights leave none; the message says how many accelerators would do
     */
    public static EngineSettings of(ModelShape model, AcceleratorShape accelerator, int tensorParallel, long seed) {
        return of(model, accelerator, tensorParallel, 1, seed);
    }

    /**
     * The same for each of several servers that share the accelerators, each of which has a like part of their memory.
     *
     * @throws IllegalArgumentException if the weights leave none; the message says how many accelerators would do
     */
    public static EngineSettings of(
            ModelShape model, AcceleratorShape accelerator, int tensorParallel, int servers, long seed) {
        require("--servers", servers, 1, MAX_SERVERS);
        require("--tensor-parallel", tensorParallel, 1, MAX_TENSOR_PARALLEL);
        long bytesPerBlock = model.keyValueBytesPerToken() * KeyValueBlocks.TOKENS_PER_BLOCK;
        double usableBytes = accelerator.memoryBytes() * MEMORY_UTILIZATION / servers;
        long blocks = (long) ((usableBytes * tensorParallel - model.weightBytes()) / bytesPerBlock);
        if (blocks < 1) {
            long enough = (long) Math.ceil((model.weightBytes() + bytesPerBlock) / usableBytes);
            throw new IllegalArgumentException(
                    (servers == 1 ? "" : servers + " times ") + model.name() + " does not fit on " + tensorParallel
                            + " x " + accelerator.name() + ": it needs " + enough + " or more");
        }
        return new EngineSettings(
                model,
                accelerator,
                tensorParallel,
                (int) Math.min(blocks, MAX_KEY_VALUE_BLOCKS),
                USUAL_SEQUENCES,
                USUAL_BATCHED_TOKENS,
                USUAL_WAITING,
                seed);
    }

    /** With other limits of the scheduler. */
    public EngineSettings withLimits(int sequences, int batchedTokens, int waiting) {
        return new EngineSettings(
                model, accelerator, tensorParallel, keyValueBlocks, sequences, batchedTokens, waiting, seed);
    }

    /** With another number of blocks for keys and values. */
    public EngineSettings withKeyValueBlocks(int blocks) {
        return new EngineSettings(
                model, accelerator, tensorParallel, blocks, maxSequences, maxBatchedTokens, maxWaiting, seed);
    }

    /** What weights, keys and values take of the memory of all accelerators. */
    long memoryBytes() {
        return model.weightBytes() + model.keyValueBytesPerToken() * KeyValueBlocks.TOKENS_PER_BLOCK * keyValueBlocks;
    }

    /** The longest prompt and output together: what the model takes and the memory holds. */
    public int maxTokens() {
        return Math.min(model.contextTokens(), keyValueBlocks * KeyValueBlocks.TOKENS_PER_BLOCK);
    }
}
