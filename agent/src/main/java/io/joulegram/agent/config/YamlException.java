package io.joulegram.agent.config;

/** A text that is not YAML, or YAML that a configuration may not use. */
final class YamlException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int line;

    YamlException(int line, String message) {
        super(message);
        this.line = line;
    }

    /** The line it was seen on; the first is 1. */
    int line() {
        return line;
    }
}
