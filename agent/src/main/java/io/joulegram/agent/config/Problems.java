package io.joulegram.agent.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects all that is wrong, so that it can be told at once. */
final class Problems {
    private final List<Problem> found = new ArrayList<>();

    void add(Origin origin, int line, String key, String message) {
        found.add(origin.problem(line, key, message));
    }

    /** Takes a problem with a file that is named on a line of this one. */
    void add(int line, Problem inAnotherFile) {
        found.add(new Problem(line, inAnotherFile.text()));
    }

    /** @throws ConfigException with everything that was added, in the order of the lines, if anything was */
    void throwIfAny() throws ConfigException {
        if (!found.isEmpty()) {
            throw new ConfigException(found.stream()
                    .sorted(Comparator.comparingInt(Problem::line))
                    .toList());
        }
    }
}
