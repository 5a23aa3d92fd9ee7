package io.joulegram.agent.cli;

import io.joulegram.agent.Agent;
import io.joulegram.agent.HostSources;
import io.joulegram.agent.Logging;
import io.joulegram.agent.bench.BenchException;
import io.joulegram.agent.bench.PowerTraceFile;
import io.joulegram.agent.bench.Profile;
import io.joulegram.agent.bench.ProfileReport;
import io.joulegram.agent.bench.ProfileResult;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.DurationText;
import io.joulegram.agent.config.LogLevel;
import io.joulegram.agent.export.ListenException;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code joulegram profile}: what a command takes. Beside an agent that runs, or with one of its own in this process, which
 * listens to nobody but itself and keeps nothing.
 */
final class ProfileCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int MOST_REPEATS = 1_000;
    private static final int SIGNALLED = 128;
    private static final String AGENT = "--agent";
    private static final String JSON = "--json";
    private static final String CSV = "--csv";
    private static final String OUTPUT = "--output";
    private static final String REPEAT = "--repeat";
    private static final String BASELINE = "--baseline";

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("profile");
    private final ConfigOptions options;

    private ProfileCommand(ConfigLoader loader) {
        options = new ConfigOptions(loader);
        spec.addOption(LedgerOptions.text(AGENT, "URL", "An agent that runs, in place of one for this command alone."))
                .addOption(
                        OptionSpec.builder(JSON).description("Reports as JSON.").build())
                .addOption(LedgerOptions.file(CSV, "Takes the power of each part, ten times a second."))
                .addOption(LedgerOptions.file(OUTPUT, "Takes the report (default: it goes to stderr)."))
                .addOption(OptionSpec.builder(REPEAT)
                        .paramLabel("N")
                        .type(Integer.class)
                        .description("Runs it so often, or until it fails, 1 to 1000 (default: 1).")
                        .build())
                .addOption(LedgerOptions.text(
                        BASELINE, "DURATION", "How long the host is measured at rest first, 0s to 1h (default: 0s)."))
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("CMD")
                        .index("0..*")
                        .arity("1..*")
                        .required(true)
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("The command and its arguments, after --.")
                        .build());
        AgentAccessOptions.addTo(spec);
        options.addTo(spec);
        spec.usageMessage()
                .description(
                        "Runs a command and tells what energy and carbon it took. Exits with the command's own status.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
        spec.parser().stopAtPositional(true);
    }

    /** The command. */
    static CommandLine create(ConfigLoader loader) {
        return new CommandLine(new ProfileCommand(loader).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        ParseResult parsed = spec.commandLine().getParseResult();
        int repeats = parsed.matchedOptionValue(REPEAT, 1);
        if (repeats < 1 || repeats > MOST_REPEATS) {
            throw LedgerOptions.wrong(
                    spec, REPEAT + ": " + repeats + " is out of range; allowed: 1 to " + MOST_REPEATS);
        }
        // Before the command, not after.
        OutputFile.requireWritable(spec, parsed, OUTPUT);
        OutputFile.requireWritable(spec, parsed, CSV);
        try {
            Optional<AgentAddress> running = Optional.ofNullable(parsed.matchedOptionValue(AGENT, (String) null))
                    .map(this::address);
            return running.isPresent()
                    ? beside(running.get(), AgentAccessOptions.reader(spec, parsed), parsed, repeats)
                    : alone(parsed, repeats);
        } catch (BenchException | ListenException | LedgerException | IOException e) {
            spec.commandLine().getErr().println("joulegram: " + e.getMessage());
            return FAILED;
        }
    }

    private AgentAddress address(String text) {
        try {
            return AgentAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, AGENT + ": " + e.getMessage());
        }
    }

    private Duration baseline(ParseResult parsed) {
        try {
            return DurationText.parse(parsed.matchedOptionValue(BASELINE, "0s"), "0s", "1h");
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, BASELINE + ": " + e.getMessage());
        }
    }

    private int alone(ParseResult parsed, int repeats)
            throws ConfigException, ListenException, LedgerException, BenchException, IOException {
        AgentAccessOptions.given(parsed).ifPresent(option -> {
            throw LedgerOptions.wrong(spec, option + " goes with " + AGENT);
        });
        boolean named = parsed.hasMatchedOption("--server") || parsed.hasMatchedOption("--config");
        AgentConfig config = options.load(parsed).withoutOutlets();
        Logging.apply(parsed.hasMatchedOption("--log.level") ? config.log().level() : LogLevel.ERROR);
        AgentConfig own = named ? config : config.withServers(new AgentConfig.Servers(false, List.of()));
        try (Agent agent = new Agent(own, HostSources.of(own))) {
            agent.start();
            AgentAddress address =
                    AgentAddress.parse("http://127.0.0.1:" + agent.address().getPort());
            AgentReader ownReader = AgentReader.of(Optional.empty(), Optional.empty(), Optional.empty());
            return beside(address, ownReader, parsed, repeats);
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, String.valueOf(e.getMessage()));
        }
    }

    private int beside(AgentAddress address, AgentReader reader, ParseResult parsed, int repeats)
            throws BenchException, IOException {
        List<String> command = parsed.matchedPositionalValue(0, List.of());
        PowerTraceFile trace = new PowerTraceFile(Optional.ofNullable(parsed.matchedOptionValue(CSV, (Path) null)));
        Profile profile = new Profile(reader, address, command, repeats, baseline(parsed), trace);
        // A signal is the command's, and this process ends only when it has told what the command took.
        SignalRelay relay = new SignalRelay(profile::signal);
        try (relay) {
            ProfileResult result = profile.run();
            report(result, parsed, trace);
            return result.status();
        } catch (InterruptedException e) {
            return relay.last().map(signal -> SIGNALLED + signal.number()).orElse(FAILED);
        }
    }

    /** What cannot be written is told, but changes nothing about how the command ended. */
    private void report(ProfileResult result, ParseResult parsed, PowerTraceFile trace) {
        PrintWriter err = spec.commandLine().getErr();
        if (result.refused().isPresent()) {
            err.println("joulegram: " + result.refused().get());
            return;
        }
        String text = parsed.hasMatchedOption(JSON) ? ProfileReport.json(result) : ProfileReport.text(result);
        Path output = parsed.matchedOptionValue(OUTPUT, (Path) null);
        if (output == null) {
            err.print(text);
        } else {
            try {
                Files.write(output, text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                err.print(text);
                err.println(
                        "joulegram: " + OUTPUT + ": " + output + " could not be written: " + LedgerOptions.reason(e));
            }
        }
        try {
            trace.close();
        } catch (IOException e) {
            err.println("joulegram: " + CSV + ": the power could not be written: " + LedgerOptions.reason(e));
        }
        err.flush();
    }
}
