package io.joulegram.tokens;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A command line that starts an inference server. What it says is a claim: anybody can start a program of any name with
 * any options.
 *
 * @param program what it starts
 * @param arguments the words behind the program and its subcommand
 */
public record ServingCommand(ServingProgram program, List<String> arguments) {
    private static final Pattern PYTHON = Pattern.compile("python[0-9.]*");
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final int HIGHEST_PORT = 65_535;
    private static final String END_OF_OPTIONS = "--";

    /** Copies the list. */
    public ServingCommand {
        arguments = List.copyOf(arguments);
    }

    /**
     * Where a server says that it listens.
     *
     * @param port the TCP port
     * @param namedBy how it is known, for people to read: {@code named by --port on its command line}
     */
    public record NamedPort(int port, String namedBy) {}

    /**
     * Reads a command line.
     *
     * @param words the words of it, the program first; Python's options before a script or module are passed over
     * @return empty if it starts no program that is known
     */
    public static Optional<ServingCommand> of(List<String> words) {
        if (words.isEmpty()) {
            return Optional.empty();
        }
        List<String> line = PYTHON.matcher(fileName(words.get(0))).matches() ? behindPython(words) : words;
        if (line.isEmpty()) {
            return Optional.empty();
        }
        for (ServingProgram program : ServingProgram.all()) {
            for (List<String> start : program.starts()) {
                if (begins(line, start)) {
                    return Optional.of(new ServingCommand(program, line.subList(start.size(), line.size())));
                }
            }
        }
        return Optional.empty();
    }

    /** From the script or the module on; empty if there is none, as where Python was given a program text. */
    private static List<String> behindPython(List<String> words) {
        for (int i = 1; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "-m" -> {
                    return words.subList(i + 1, words.size());
                }
                case "-c" -> {
                    return List.of();
                }
                // The options of Python that have a value behind them.
                case "-X", "-W" -> i++;
                default -> {
                    if (!word.startsWith("-")) {
                        return words.subList(i, words.size());
                    }
                }
            }
        }
        return List.of();
    }

    private static boolean begins(List<String> line, List<String> start) {
        return line.size() >= start.size()
                && isProgram(line.get(0), start.get(0))
                && line.subList(1, start.size()).equals(start.subList(1, start.size()));
    }

    /** By its name, by its path, or, for a module, by the path of its file. */
    private static boolean isProgram(String word, String program) {
        return fileName(word).equals(program)
                || (program.indexOf('.') >= 0 && word.endsWith("/" + program.replace('.', '/') + ".py"));
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /**
     * The port on which the server tells its metrics if it does as it was told.
     *
     * @param variables tells the variables of its environment; asked only if no option names the port
     * @return empty if it has none, or if what names it is no number of a port
     */
    public Optional<NamedPort> port(Function<String, Optional<String>> variables) {
        Optional<Option> option = option();
        if (option.isPresent()) {
            return port(option.get().value(), "named by " + option.get().name() + " on its command line");
        }
        for (String variable : program.portVariables()) {
            Optional<String> value = variables.apply(variable);
            if (value.isPresent()) {
                return port(value.get(), "named by " + variable + " in its environment");
            }
        }
        return program.usualPort().map(port -> new NamedPort(port, "its usual one"));
    }

    private static Optional<NamedPort> port(String text, String namedBy) {
        return Optional.of(text)
                .filter(digits -> PORT.matcher(digits).matches())
                .map(Integer::valueOf)
                .filter(port -> port >= 1 && port <= HIGHEST_PORT)
                .map(port -> new NamedPort(port, namedBy));
    }

    private record Option(String name, String value) {}

    /** The last of the options that name the port, which is the one that holds. */
    private Optional<Option> option() {
        Optional<Option> last = Optional.empty();
        for (int i = 0; i < arguments.size() && !arguments.get(i).equals(END_OF_OPTIONS); i++) {
            String word = arguments.get(i);
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            if (program.portOptions().contains(name)) {
                String next = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
                last = Optional.of(new Option(name, equals < 0 ? next : word.substring(equals + 1)));
            }
        }
        return last;
    }

    /** Whether it is told to speak TLS; vLLM takes underscores for dashes in its options. */
    public boolean speaksTls() {
        return arguments.stream()
                .map(word -> word.replace('_', '-'))
                .anyMatch(word -> program.tlsOptions().stream()
                        .anyMatch(option -> word.equals(option) || word.startsWith(option + "=")));
    }
}
