package io.joulegram.agent.config;

/** Where a value was written. */
sealed interface Origin {
    /** A problem with the value of a key. */
    Problem problem(int line, String key, String message);

    /** A file, whose lines and keys the message names. */
    record File(String name) implements Origin {
        @Override
        public Problem problem(int line, String key, String message) {
            return new Problem(line, name + ":" + line + ": " + key + ": " + message);
        }
    }

    /** A command-line option, which needs no further address. */
    record Flag(String name) implements Origin {
        @Override
        public Problem problem(int line, String key, String message) {
            return new Problem(0, name + ": " + message);
        }
    }
}
