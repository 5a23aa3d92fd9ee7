package io.joulegram.tokens;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What one scrape of a server told.
 *
 * @param atNanos the instant for which the counters hold, on the clock of {@link System#nanoTime()}: halfway between
 *     the request and the first byte of the reply
 * @param uncertaintyNanos how far off that instant may be, either way
 * @param traits what the counters mean
 * @param restarted whether a counter fell since the scrape before, so that tokens may have been lost between the two
 * @param models the models, in the order of their names
 */
public record Scrape(
        long atNanos, long uncertaintyNanos, EngineTraits traits, boolean restarted, List<ModelTokens> models) {

    /** Copies the list. */
    public Scrape {
        requireNonNull(traits, "traits");
        models = List.copyOf(models);
    }
}
