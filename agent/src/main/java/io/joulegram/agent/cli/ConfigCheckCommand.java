package io.joulegram.agent.cli;

import io.joulegram.agent.BudgetReach;
import io.joulegram.agent.ObjectiveReach;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code joulegram config check}. */
final class ConfigCheckCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("check");
    private final PositionalParamSpec file = PositionalParamSpec.builder()
            .paramLabel("FILE")
            .index("0")
            .arity("1")
            .required(true)
            .type(Path.class)
            .description("The configuration file.")
            .build();
    private final ConfigLoader loader;

    private ConfigCheckCommand(ConfigLoader loader) {
        this.loader = loader;
        spec.addPositional(file)
                .usageMessage()
                .description("Says all that is wrong with a configuration file.")
                .footer("Exits with 0 if nothing is, 1 if something is, 2 on wrong usage.");
    }

    /** {@code joulegram config} with this as its command. */
    static CommandLine create(ConfigLoader loader) {
        CommandSpec config = CommandSpec.create().name("config");
        config.usageMessage().description("Works on configuration files.");
        return new CommandLine(config.addSubcommand("check", new ConfigCheckCommand(loader).spec));
    }

    @Override
    public Integer call() {
        CommandLine command = spec.commandLine();
        Path path = command.getParseResult().matchedPositionalValue(0, Path.of(""));
        try {
            AgentConfig config = loader.load(path, List.of());
            Stream.concat(BudgetReach.warnings(config).stream(), ObjectiveReach.warnings(config).stream())
                    .forEach(warning -> command.getErr().println(path + ": warning: " + warning));
        } catch (ConfigException e) {
            e.problems().stream().map(Problem::text).forEach(command.getErr()::println);
            return 1;
        } catch (IllegalArgumentException e) {
            command.getErr().println(path + ": " + e.getMessage());
            return 1;
        }
        command.getOut().println(path + ": ok");
        return 0;
    }
}
