package io.joulegram.agent.load;

/** In what form a prompt that is made up goes to the server. */
public enum PromptForm {
    /** As numbers of tokens: exactly as many as meant. Only {@link Api#COMPLETIONS} takes them, and not at every server. */
    TOKENS,
    /** As short words: about one token each. */
    TEXT
}
