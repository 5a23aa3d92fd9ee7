package io.joulegram.tokens;

/**
 * An inference server whose token counters can be scraped. Used by one thread at a time.
 */
public interface TokenServer {
    /** What is scraped. */
    ServerTarget target();

    /**
     * Reads the counters now.
     *
     * @return counters and the instant they hold for
     * @throws ScrapeException if there are none; the next call tries again, and what was counted before is kept
     */
    Scrape scrape() throws ScrapeException;
}
