package io.joulegram.agent.cli;

import io.joulegram.agent.config.ControlPaths;
import io.joulegram.agent.config.DurationText;
import io.joulegram.agent.control.ControlClient;
import io.joulegram.agent.control.ControlException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram quiesce} and {@code joulegram resume}: speak to the daemon that runs. */
final class ControlCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final String TIME = "--for";
    private static final String SOCKET = "--socket";

    private final CommandSpec spec;
    private final Map<String, String> environment;

    private ControlCommand(String name, String description, Map<String, String> environment) {
        this.environment = environment;
        spec = CommandSpec.wrapWithoutInspection(this).name(name);
        spec.addOption(OptionSpec.builder(SOCKET)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("The control socket of the agent (default: as control.socket is by default).")
                        .build())
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("SOURCE")
                        .index("0")
                        .arity("0..1")
                        .type(String.class)
                        .description("What is meant (default: nvml).")
                        .build());
        spec.usageMessage()
                .description(description)
                .footer("Exits with 0 if it is done, 1 if not, 2 on wrong usage.")
                .sortOptions(false);
    }

    /** {@code joulegram quiesce}. */
    static CommandLine createQuiesce(Map<String, String> environment) {
        ControlCommand command = new ControlCommand(
                "quiesce",
                "Has the agent that runs let go of the NVIDIA driver, so that it can be unloaded or updated, or a GPU"
                        + " be reset. It opens it again by itself when the time is up.",
                environment);
        command.spec.addOption(OptionSpec.builder(TIME)
                .paramLabel("DURATION")
                .type(String.class)
                .description("For how long, 1s to 24h (default: 10m).")
                .build());
        return new CommandLine(command.spec);
    }

    /** {@code joulegram resume}. */
    static CommandLine createResume(Map<String, String> environment) {
        return new CommandLine(new ControlCommand("resume", "Ends what `joulegram quiesce` began.", environment).spec);
    }

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        ParseResult parsed = command.getParseResult();
        String request = spec.name() + " " + parsed.matchedPositionalValue(0, "nvml");
        if (spec.name().equals("quiesce")) {
            request += " " + seconds(parsed.matchedOptionValue(TIME, "10m"));
        }
        try {
            String answer = ControlClient.ask(parsed.matchedOptionValue(SOCKET, usualSocket()), request);
            boolean done = answer.startsWith("ok");
            (done ? command.getOut() : command.getErr()).println("joulegram: " + answer.replaceFirst("^ok: ", ""));
            return done ? 0 : FAILED;
        } catch (ControlException e) {
            command.getErr().println("joulegram: " + e.getMessage());
            return FAILED;
        }
    }

    private long seconds(String text) {
        try {
            return Math.max(1, DurationText.parse(text, "1s", "24h").toSeconds());
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, TIME + ": " + e.getMessage());
        }
    }

    private Path usualSocket() {
        List<Path> places = ControlPaths.ofCommands(environment);
        return places.stream().filter(Files::exists).findFirst().orElse(places.get(0));
    }
}
