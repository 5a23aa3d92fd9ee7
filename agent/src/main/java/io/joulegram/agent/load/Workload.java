package io.joulegram.agent.load;

import java.util.Random;

/** The requests that a server gets: a sequence that a seed fixes. Immutable. */
public interface Workload {
    /**
     * The next request.
     *
     * @param random whence all chance comes
     */
    RequestShape next(Random random);

    /** In words, for reports. */
    String describe();
}
