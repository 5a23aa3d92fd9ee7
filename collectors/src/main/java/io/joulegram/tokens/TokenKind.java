package io.joulegram.tokens;

/** What is counted. */
enum TokenKind {
    PROMPT,
    CACHED_PROMPT,
    GENERATED
}
