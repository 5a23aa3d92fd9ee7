package io.joulegram.agent.cli;

import io.joulegram.agent.config.Nearest;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Answers a wrong command line with what is wrong and the nearest that is right. */
final class UsageErrors implements IParameterExceptionHandler {
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        PrintWriter err = command.getErr();
        for (String message : messages(e, command)) {
            err.println(name + ": " + message);
        }
        err.println("See '" + name + " --help'.");
        return Cli.WRONG;
    }

    private static List<String> messages(ParameterException e, CommandLine command) {
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return List.of(String.valueOf(e.getMessage()));
        }
        List<String> options = unmatched.getUnmatched().stream()
                .filter(argument -> argument.startsWith("-"))
                .map(argument -> unknownOption(argument, command))
                .toList();
        return options.isEmpty()
                ? List.of(unknownArgument(unmatched.getUnmatched().get(0), command))
                : options;
    }

    private static String unknownOption(String argument, CommandLine command) {
        int equals = argument.indexOf('=');
        String option = equals < 0 ? argument : argument.substring(0, equals);
        return "unknown option \"" + option + "\""
                + suggestion(option, command.getCommandSpec().optionsMap().keySet());
    }

    private static String unknownArgument(String argument, CommandLine command) {
        return command.getSubcommands().isEmpty()
                ? "unexpected argument \"" + argument + "\""
                : "unknown command \"" + argument + "\""
                        + suggestion(argument, command.getSubcommands().keySet());
    }

    private static String suggestion(String word, Collection<String> candidates) {
        return Nearest.to(word, candidates)
                .map(near -> "; did you mean " + near + "?")
                .orElseGet(() -> "; there are " + candidates.stream().sorted().collect(Collectors.joining(", ")));
    }
}
