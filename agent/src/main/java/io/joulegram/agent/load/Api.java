package io.joulegram.agent.load;

/** The two ways of OpenAI's API to ask for text. */
public enum Api {
    /** {@code /v1/completions}: the prompt is text, or the numbers of its tokens. */
    COMPLETIONS("completions"),
    /** {@code /v1/chat/completions}: the prompt is one message of a user. */
    CHAT("chat/completions");

    private final String path;

    Api(String path) {
        this.path = path;
    }

    /** The path below {@code /v1/}. */
    public String path() {
        return path;
    }
}
