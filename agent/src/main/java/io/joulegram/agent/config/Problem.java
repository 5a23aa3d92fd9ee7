package io.joulegram.agent.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param line in the file, from 1; 0 where no line is to blame
 * @param text the whole message: {@code file:line: key: value, why, what is allowed}, on one line
 */
public record Problem(int line, String text) {
    /** The message. */
    @Override
    public String toString() {
        return text;
    }
}
