package io.joulegram.agent.simulate;

import org.jspecify.annotations.Nullable;

/**
 * A token that a step made.
 *
 * @param sequence whose it is
 * @param index 0 for the first of its answer
 * @param finish why it is the last, or null if it is not
 */
record MadeToken(Sequence sequence, int index, @Nullable Finish finish) {
    /** Hands it to whoever asked. */
    void deliver() {
        sequence.receiver().take(index, finish);
    }
}
