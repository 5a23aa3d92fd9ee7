package io.joulegram.agent.simulate;

import java.util.Locale;

/** Why an answer ended. */
enum Finish {
    /** The model had no more to say. */
    STOP,
    /** It reached the length that was allowed. */
    LENGTH,
    /** The client went away. */
    ABORT;

    /** As the API and the metrics say it. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
