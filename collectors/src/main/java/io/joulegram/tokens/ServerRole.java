package io.joulegram.tokens;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a server does of each request. Where prefill and decode are apart (disaggregated serving), both servers count the same
 * request: the one that computes the prompt makes one token, which the other makes again, and the other counts the prompt whose
 * keys and values it was sent. Each token is counted once, where it was computed.
 */
public enum ServerRole {
    /** Both phases, or not told. */
    BOTH,
    /** It reads prompts for others; the tokens that it makes are not counted. */
    PREFILL,
    /** It writes output for prompts that others read; those are not counted. */
    DECODE;

    /** Whether servers of these roles do both phases together. */
    public static boolean areBothDone(Set<ServerRole> roles) {
        return roles.contains(BOTH) || (roles.contains(PREFILL) && roles.contains(DECODE));
    }

    /** The value of the {@code role} label. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * What is counted of a model's tokens. A request ends where its output does, so those of a server that only reads prompts
     * are not counted either.
     */
    public ModelTokens counted(ModelTokens told) {
        return switch (this) {
            case BOTH -> told;
            case PREFILL ->
                new ModelTokens(
                        told.model(),
                        told.promptTokens(),
                        told.cachedPromptTokens(),
                        OptionalLong.empty(),
                        told.requestsRunning(),
                        told.requestsWaiting(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        told.prefillMicroseconds(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        told.loaded());
            case DECODE ->
                new ModelTokens(
                        told.model(),
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        told.generatedTokens(),
                        told.requestsRunning(),
                        told.requestsWaiting(),
                        told.requests(),
                        told.requestMicroseconds(),
                        OptionalLong.empty(),
                        told.decodeMicroseconds(),
                        told.steps(),
                        told.busySlots(),
                        told.loaded());
        };
    }
}
