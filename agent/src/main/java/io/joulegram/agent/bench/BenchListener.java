package io.joulegram.agent.bench;

/** Is told how a benchmark goes. */
public interface BenchListener {
    /** Something other than a point begins: what, in words. */
    void step(String what);

    /**
     * How far the run at hand is. Called on another thread, often.
     *
     * @param what the point, in words
     * @param steady whether it is measured already
     * @param ratio how much of the measurement is over
     * @param inFlight requests on their way
     * @param ended requests that were answered
     */
    void progress(String what, boolean steady, double ratio, int inFlight, long ended);

    /** A point was measured: all that there is so far. */
    void point(BenchResult soFar);
}
