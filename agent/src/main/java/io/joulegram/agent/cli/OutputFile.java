package io.joulegram.agent.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** Files that take what a command has found, as options name them. */
final class OutputFile {
    private OutputFile() {}

    /** Refuses a file that cannot be written: what is found in hours is to have a place to go. Nothing is made or changed. */
    static void requireWritable(CommandSpec command, ParseResult parsed, String option) {
        if (parsed.hasMatchedOption(option)) {
            requireWritable(command, option, parsed.matchedOptionValue(option, Path.of("")));
        }
    }

    /** The same of a file that the option has by itself. */
    static void requireWritable(CommandSpec command, String option, Path file) {
        String problem = problem(file);
        if (!problem.isEmpty()) {
            throw LedgerOptions.wrong(command, option + ": " + file + " cannot be written: " + problem);
        }
    }

    private static String problem(Path file) {
        if (Files.isDirectory(file)) {
            return "it is a folder";
        }
        if (Files.exists(file)) {
            return Files.isWritable(file) ? "" : "it may not be written by this user";
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return "there is no folder " + folder;
        }
        return Files.isWritable(folder) ? "" : "nothing may be made in " + folder + " by this user";
    }
}
