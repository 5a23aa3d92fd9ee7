package io.joulegram.agent.simulate;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory for keys and values, in blocks. A block of a prompt that was computed keeps its content after its last
 * sequence has gone, until the block is needed; a sequence whose prompt begins alike takes it over (prefix cache). The
 * block that was free for longest is taken first.
 *
 * <p>Not thread-safe.
 */
final class KeyValueBlocks {
    /** vLLM's usual block. */
    static final int TOKENS_PER_BLOCK = 16;

    private static final int NONE = -1;
    private static final long NO_CONTENT = 0;

    private final int[] users;
    private final long[] content;
    private final Map<Long, Integer> byContent = new HashMap<>();

    // Free blocks in the order in which they became free, linked both ways so that one can be taken from the middle.
    private final int[] next;
    private final int[] previous;
    private int oldestFree;
    private int newestFree;
    private int free;

    KeyValueBlocks(int blocks) {
        users = new int[blocks];
        content = new long[blocks];
        next = new int[blocks];
        previous = new int[blocks];
        Arrays.setAll(next, block -> block + 1 < blocks ? block + 1 : NONE);
        Arrays.setAll(previous, block -> block - 1);
        newestFree = blocks - 1;
        free = blocks;
    }

    int total() {
        return users.length;
    }

    int free() {
        return free;
    }

    /** How many of these blocks, from the first on, are held. */
    int cachedBlocks(long[] contents, int most) {
        int count = 0;
        while (count < most && byContent.containsKey(contents[count])) {
            count++;
        }
        return count;
    }

    /**
     * Takes over the first blocks of a prompt and takes further ones, all or none.
     *
     * @param cached what {@link #cachedBlocks} has just told, or less
     * @param tokens that there must be room for in all
     * @return whether there was room
     */
    boolean admit(Sequence sequence, int cached, int tokens) {
        int reclaimed = 0;
        for (int index = 0; index < cached; index++) {
            reclaimed += users[cachedBlock(sequence, index)] == 0 ? 1 : 0;
        }
        if (blocksFor(tokens) - cached > free - reclaimed) {
            return false;
        }
        for (int index = 0; index < cached; index++) {
            int block = cachedBlock(sequence, index);
            if (users[block]++ == 0) {
                unlink(block);
            }
            sequence.addBlock(block);
        }
        return grow(sequence, tokens);
    }

    private int cachedBlock(Sequence sequence, int index) {
        Integer block = byContent.get(sequence.promptBlocks()[index]);
        if (block == null) {
            throw new IllegalStateException("block " + index + " of the prompt is not cached");
        }
        return block;
    }

    /** Takes blocks until there is room for so many tokens, all or none. Returns whether there was room. */
    boolean grow(Sequence sequence, int tokens) {
        int wanted = blocksFor(tokens) - sequence.blockCount();
        if (wanted > free) {
            return false;
        }
        for (int i = 0; i < wanted; i++) {
            int block = oldestFree;
            unlink(block);
            forget(block);
            users[block] = 1;
            sequence.addBlock(block);
        }
        return true;
    }

    /** Makes known what is in the blocks of a prompt that are whole by now. */
    void publish(Sequence sequence, int fromToken, int untilToken) {
        long[] contents = sequence.promptBlocks();
        int last = Math.min(untilToken / TOKENS_PER_BLOCK, contents.length);
        for (int index = fromToken / TOKENS_PER_BLOCK; index < last; index++) {
            int block = sequence.block(index);
            if (content[block] == NO_CONTENT && byContent.putIfAbsent(contents[index], block) == null) {
                content[block] = contents[index];
            }
        }
    }

    /** Gives all blocks of a sequence back, the last first, so that the begin of its prompt is kept for longest. */
    void release(Sequence sequence) {
        for (int index = sequence.blockCount() - 1; index >= 0; index--) {
            int block = sequence.block(index);
            if (--users[block] == 0) {
                link(block);
            }
        }
        sequence.dropBlocks();
    }

    private static int blocksFor(int tokens) {
        return Math.floorDiv(tokens + TOKENS_PER_BLOCK - 1, TOKENS_PER_BLOCK);
    }

    private void forget(int block) {
        if (content[block] != NO_CONTENT) {
            byContent.remove(content[block]);
            content[block] = NO_CONTENT;
        }
    }

    private void link(int block) {
        previous[block] = newestFree;
        next[block] = NONE;
        if (newestFree == NONE) {
            oldestFree = block;
        } else {
            next[newestFree] = block;
        }
        newestFree = block;
        free++;
    }

    private void unlink(int block) {
        if (previous[block] == NONE) {
            oldestFree = next[block];
        } else {
            next[previous[block]] = next[block];
        }
        if (next[block] == NONE) {
            newestFree = previous[block];
        } else {
            previous[next[block]] = previous[block];
        }
        free--;
    }
}
