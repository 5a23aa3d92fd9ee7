package io.joulegram.agent.simulate;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The tokens of a prompt, as far as a simulation needs them: how many there are, and what tells the beginnings of two
 * prompts apart. Immutable.
 */
final class PromptTokens {
    /** Text is cut every so many bytes of UTF-8: about what tokenizers make of English. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final long FIRST = 0x243F_6A88_85A3_08D3L;

    private final int count;
    private final long[] blocks;

    private PromptTokens(int count, long[] blocks) {
        this.count = count;
        this.blocks = blocks;
    }

    /** The tokens of a text: one for every four bytes of UTF-8, rounded up. */
    static PromptTokens ofText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[(bytes.length + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN];
        for (int i = 0; i < bytes.length; i++) {
            ids[i / BYTES_PER_TOKEN] = ids[i / BYTES_PER_TOKEN] << 8 | (bytes[i] & 0xFF);
        }
        return ofIds(ids);
    }

    /** These tokens. */
    static PromptTokens ofIds(int... ids) {
        long[] blocks = new long[ids.length / KeyValueBlocks.TOKENS_PER_BLOCK];
        long hash = FIRST;
        for (int i = 0; i < ids.length; i++) {
            hash = mixed(hash ^ ids[i]);
            if ((i + 1) % KeyValueBlocks.TOKENS_PER_BLOCK == 0) {
                // 0 stands for no content.
                blocks[i / KeyValueBlocks.TOKENS_PER_BLOCK] = hash == 0 ? 1 : hash;
            }
        }
        return new PromptTokens(ids.length, blocks);
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood, 2014), on a Weyl sequence. */
    static long mixed(long value) {
        long z = value + 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    int count() {
        return count;
    }

    /** For each whole block of the prompt a number that it shares with prompts that are the same up to its end. */
    long[] blocks() {
        return Arrays.copyOf(blocks, blocks.length);
    }
}
