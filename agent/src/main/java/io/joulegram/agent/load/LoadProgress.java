package io.joulegram.agent.load;

/** Is told how far a run is, fifty times a second, on the event loop: it must be quick. */
@FunctionalInterface
public interface LoadProgress {
    /**
     * A sign of life.
     *
     * @param steady whether the steady state has begun
     * @param ratio how much of the measurement is over, from 0; 1 and above while the last requests end
     * @param inFlight requests on their way
     * @param ended requests that were answered
     */
    void at(boolean steady, double ratio, int inFlight, long ended);

    /** A request has come to an end of any kind; the run does not keep it. */
    default void over(RequestRecord request) {}
}
