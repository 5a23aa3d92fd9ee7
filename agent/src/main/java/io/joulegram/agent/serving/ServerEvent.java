package io.joulegram.agent.serving;

import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ScrapeException;

/** The outcome of one scrape of a server. */
public sealed interface ServerEvent {
    /** The server that was scraped. */
    ServerWatch server();

    /** The instant that the outcome is of, on the clock of {@link System#nanoTime()}. */
    long atNanos();

    /** The server told its counters. */
    record Scraped(ServerWatch server, Scrape scrape) implements ServerEvent {
        @Override
        public long atNanos() {
            return scrape.atNanos();
        }
    }

    /** The server did not. */
    record Failed(ServerWatch server, long atNanos, ScrapeException failure) implements ServerEvent {}
}
