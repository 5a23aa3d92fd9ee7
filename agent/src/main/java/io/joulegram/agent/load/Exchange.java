package io.joulegram.agent.load;

/** One request and its answer, as the client sees them. Called on the client's event loop. */
interface Exchange {
    /** The body of the request; to be asked for before a part of the answer came. */
    byte[] body();

    /** The request has been handed to a connection, which may be told to abandon it; to another one where that was closed. */
    void sent(Connection connection, long nanos);

    /** A part of the answer came. */
    void came(Chunk chunk, long nanos);

    /** The answer is whole. */
    void ended(long nanos);

    /** There will be no (further) answer. Nothing is called afterwards. */
    void failed(Failure failure, String reason, long nanos);
}
