package io.joulegram.agent.simulate;

import org.jspecify.annotations.Nullable;

/** Takes the tokens of one answer. */
@FunctionalInterface
interface TokenReceiver {
    /**
     * A token was made.
     *
     * @param index 0 for the first
     * @param finish why it is the last, or null if it is not
     */
    void take(int index, @Nullable Finish finish);
}
