package io.joulegram.host;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The words of a command line, and the options in it as Python's {@code argparse} takes them.
 *
 * @param words the program first
 */
record CommandWords(List<String> words) {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}");

    /** Copies the list. */
    CommandWords {
        words = List.copyOf(words);
    }

    /** Whether a program, a module or a path has this in its name; options do not count, as of training with a server in it. */
    boolean runs(String program) {
        return words.stream()
                .anyMatch(word ->
                        !word.startsWith("-") && word.toLowerCase(Locale.ROOT).contains(program));
    }

    /** Whether an option is given, dashes or underscores in its name. */
    boolean has(String option) {
        return words.stream().anyMatch(word -> dashed(word).equals(option));
    }

    /** The last value of an option, as a word of its own or behind {@code =}; dashes may be underscores. */
    Optional<String> value(String option) {
        Optional<String> value = Optional.empty();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            String name = dashed(equals < 0 ? word : word.substring(0, equals));
            if (name.equals(option)) {
                boolean last = i + 1 == words.size();
                String behind = equals >= 0 ? word.substring(equals + 1) : last ? "" : words.get(i + 1);
                value = Optional.of(behind);
            }
        }
        return value;
    }

    /** The value of the first of some options that has one which is a number of at most five digits. */
    OptionalInt number(String... options) {
        for (String option : options) {
            Optional<String> number = value(option).filter(NUMBER.asMatchPredicate());
            if (number.isPresent()) {
                return OptionalInt.of(Integer.parseInt(number.get()));
            }
        }
        return OptionalInt.empty();
    }

    private static String dashed(String option) {
        return option.startsWith("--") ? option.replace('_', '-') : option;
    }
}
