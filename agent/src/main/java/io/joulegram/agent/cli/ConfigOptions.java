package io.joulegram.agent.cli;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigFlag;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.FlagValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of every command that needs the configuration: {@code --config} and one for each key that has a flag. */
final class ConfigOptions {
    private static final String FILE = "--config";

    private final ConfigLoader loader;

    ConfigOptions(ConfigLoader loader) {
        this.loader = loader;
    }

    /** Adds the options to a command. */
    void addTo(CommandSpec command) {
        command.addOption(OptionSpec.builder(FILE)
                .paramLabel("FILE")
                .type(Path.class)
                .description("The configuration file (YAML); docs/configuration.md lists its keys.")
                .build());
        ConfigFlag.all().forEach(flag -> command.addOption(option(flag)));
    }

    private static OptionSpec option(ConfigFlag flag) {
        OptionSpec.Builder option = OptionSpec.builder(flag.name())
                .paramLabel(flag.label())
                .description(flag.meaning() + " (default: " + flag.standard() + ").");
        return flag.repeatable()
                ? option.type(List.class).auxiliaryTypes(String.class).build()
                : option.type(String.class).build();
    }

    /**
     * The configuration that a command line asks for.
     *
     * @throws ConfigException if the file or an option is not valid
     */
    AgentConfig load(ParseResult parsed) throws ConfigException {
        List<FlagValue> values = new ArrayList<>();
        for (ConfigFlag flag : ConfigFlag.all()) {
            if (parsed.hasMatchedOption(flag.name())) {
                parsed.matchedOption(flag.name())
                        .originalStringValues()
                        .forEach(value -> values.add(new FlagValue(flag.name(), value)));
            }
        }
        Path file = parsed.matchedOptionValue(FILE, Path.of(""));
        return parsed.hasMatchedOption(FILE) ? loader.load(file, values) : loader.load(values);
    }
}
