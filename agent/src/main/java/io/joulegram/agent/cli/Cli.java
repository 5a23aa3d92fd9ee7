package io.joulegram.agent.cli;

import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.Problem;
import io.joulegram.agent.export.BuildInfo;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command line {@code joulegram}: finds the command, and answers a wrong one with a line that says what is right.
 * The exit status is the command's own, or 2 on wrong usage and on a wrong configuration.
 */
final class Cli {
    /** Exit status on wrong usage or a wrong configuration. */
    static final int WRONG = 2;

    private final CommandLine root;
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * A command line without commands, which prints its help text.
     *
     * @param out takes what was asked for
     * @param err takes what went wrong
     */
    Cli(PrintWriter out, PrintWriter err) {
        // Built without annotations, whose inspection would be the larger part of the start of a short command.
        CommandSpec spec = CommandSpec.wrapWithoutInspection((Runnable) this::printHelp)
                .name("joulegram")
                .versionProvider(() -> new String[] {BuildInfo.current().toString()})
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Prints the version.")
                        .build());
        spec.usageMessage()
                .description("Joules and grams of CO2e per token, measured beside an LLM inference server.")
                .synopsisSubcommandLabel("COMMAND");
        root = new CommandLine(spec);
        this.out = out;
        this.err = err;
    }

    private void printHelp() {
        root.usage(out);
    }

    /** Adds a command. */
    Cli add(CommandLine command) {
        root.addSubcommand(command);
        return this;
    }

    /** Runs a command and returns the exit status. */
    int execute(String... args) {
        addHelp(root);
        // Settings reach only the commands that are there by now, so they are made last.
        return root.setOut(out)
                .setErr(err)
                .setUsageHelpWidth(100)
                .setExpandAtFiles(false)
                .setInterpolateVariables(false)
                .setParameterExceptionHandler(new UsageErrors())
                .setExecutionExceptionHandler(Cli::failed)
                .execute(args);
    }

    private static void addHelp(CommandLine command) {
        command.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Prints this text.")
                        .build());
        command.getSubcommands().values().forEach(Cli::addHelp);
    }

    private static int failed(Exception e, CommandLine command, ParseResult parsed) throws Exception {
        if (e instanceof ConfigException wrong) {
            wrong.problems().stream().map(Problem::text).forEach(command.getErr()::println);
            return WRONG;
        }
        throw e;
    }
}
