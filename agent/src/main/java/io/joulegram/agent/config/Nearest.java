package io.joulegram.agent.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a mistyped one was meant to be. */
public final class Nearest {
    private Nearest() {}

    /**
     * The candidate that takes the fewest edits to reach, if they are few enough to call it a slip: one, or a third of
     * the word, and less than half of it. An edit adds, drops or replaces a letter or swaps two neighbours (the optimal string alignment
     * distance); case does not count.
     *
     * @param word what was typed
     * @param candidates what is valid
     */
    public static Optional<String> to(String word, Collection<String> candidates) {
        String typed = word.toLowerCase(Locale.ROOT);
        int most = Math.max(1, (typed.length() + 1) / 3);
        return candidates.stream()
                .map(candidate -> new Distance(candidate, edits(typed, candidate.toLowerCase(Locale.ROOT))))
                .filter(distance -> distance.edits <= most
                        && 2 * distance.edits < Math.max(typed.length(), distance.candidate.length()))
                .min(Comparator.comparingInt(Distance::edits).thenComparing(Distance::candidate))
                .map(Distance::candidate);
    }

    /**
     * What to say after a mistake: {@code ; did you mean X?}, or nothing where no candidate is near.
     *
     * @param word what was typed
     * @param candidates what is valid
     */
    public static String suggestion(String word, Collection<String> candidates) {
        return to(word, candidates).map(near -> "; did you mean " + near + "?").orElse("");
    }

    private record Distance(String candidate, int edits) {}

    private static int edits(String a, String b) {
        int[] beforePrevious = new int[b.length() + 1];
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, Math.min(previous[j], row[j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    row[j] = Math.min(row[j], beforePrevious[j - 2] + 1);
                }
            }
            beforePrevious = previous;
            previous = row;
        }
        return previous[b.length()];
    }
}
