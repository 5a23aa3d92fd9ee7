package io.joulegram.agent.bench;

import java.util.Optional;

/**
 * One of the servers that are compared: how it is started.
 *
 * @param name what reports call it
 * @param command a line for the shell that starts it and stays while it runs; empty if it runs already
 */
public record ServerChoice(String name, Optional<String> command) {
    /** The one that runs. */
    public static ServerChoice running() {
        return new ServerChoice("", Optional.empty());
    }
}
