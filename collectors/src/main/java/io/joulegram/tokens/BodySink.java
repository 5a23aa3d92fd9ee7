package io.joulegram.tokens;

/** Takes the body of a reply as it comes in. Used by one thread at a time. */
interface BodySink<T> {

    /**
     * Takes the next bytes.
     *
     * @throws ScrapeException if no more of the body is wanted
     */
    void accept(byte[] bytes, int from, int to) throws ScrapeException;

    /** Called once after the last byte of a complete body. */
    T finish() throws ScrapeException;
}
