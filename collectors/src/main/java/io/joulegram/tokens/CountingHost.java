package io.joulegram.tokens;

import java.util.Locale;

/**
 * Where the tokens of a server are counted. A server may compute on several hosts, with an agent on each, and its tokens are
 * of all of them: one agent counts them, on the host of the server's API.
 */
public enum CountingHost {
    /** By the agent of this host. */
    HERE,
    /** By the agent of another host: here they tell what the server does, and are in no figure. */
    ELSEWHERE;

    /** The value of the {@code tokens} label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
