package io.joulegram.agent.load;

/** Why a request did not come to its end. */
public enum Failure {
    /** No connection could be had. */
    CONNECT,
    /** The server refused for now: status 429 or 503. */
    REFUSED,
    /** The server found the request wrong: another status from 400 to 499. */
    WRONG,
    /** The server failed: another status, or an error within the stream. */
    SERVER,
    /** The connection ended before the answer did. */
    BROKEN,
    /** What came is not what the API says. */
    MALFORMED,
    /** Nothing came for too long. */
    HUNG,
    /** It was given up when the measurement was over: no fault of anybody's. */
    CANCELLED
}
