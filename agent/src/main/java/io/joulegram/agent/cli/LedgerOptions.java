package io.joulegram.agent.cli;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.ledger.LedgerReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The options of commands that work on ledgers: which ledgers, and of what time. */
final class LedgerOptions {
    /** Which ledgers, and of what time. */
    record Choice(List<Path> ledgers, Instant from, Instant until, ZoneId zone) {
        /** Gives each ledger, with the name of its host. */
        void forEach(LedgerTask task) throws LedgerException {
            for (Path file : ledgers) {
                try (LedgerReader reader = LedgerReader.open(file)) {
                    task.take(reader.host().orElse(String.valueOf(file.getFileName())), reader);
                }
            }
        }
    }

    /** Works on one ledger. */
    interface LedgerTask {
        void take(String host, LedgerReader ledger) throws LedgerException;
    }

    private final ConfigLoader loader;

    LedgerOptions(ConfigLoader loader) {
        this.loader = loader;
    }

    void addTo(CommandSpec command) {
        command.addOption(OptionSpec.builder("--ledger")
                        .paramLabel("FILE")
                        .type(List.class)
                        .auxiliaryTypes(Path.class)
                        .description("A ledger; may be given several times, for several hosts (default: ledger.path of"
                                + " --config).")
                        .build())
                .addOption(OptionSpec.builder("--config")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("The configuration of the agent, for ledger.path and time-zone.")
                        .build())
                .addOption(text("--month", "YYYY-MM", "A month of the calendar."))
                .addOption(
                        text("--from", "TIME", "Begin: a date, or a time with offset (default: begin of this month)."))
                .addOption(text("--until", "TIME", "End, exclusive: a date, or a time with offset (default: now)."))
                .addOption(text("--time-zone", "ZONE", "Whose days and months these are (default: of --config)."));
    }

    static OptionSpec text(String name, String label, String description) {
        return OptionSpec.builder(name)
                .paramLabel(label)
                .type(String.class)
                .description(description)
                .build();
    }

    static OptionSpec file(String name, String description) {
        return OptionSpec.builder(name)
                .paramLabel("FILE")
                .type(Path.class)
                .description(description)
                .build();
    }

    /**
     * What a command line asks for.
     *
     * @throws ConfigException if the configuration is not valid
     */
    Choice read(CommandSpec command, ParseResult parsed, Instant now) throws ConfigException {
        AgentConfig config = parsed.hasMatchedOption("--config")
                ? loader.load(parsed.matchedOptionValue("--config", Path.of("")), List.of())
                : loader.load(List.of());
        List<Path> ledgers = new ArrayList<>(parsed.matchedOptionValue("--ledger", List.of()));
        if (ledgers.isEmpty()) {
            config.ledger().path().ifPresent(ledgers::add);
        }
        if (ledgers.isEmpty()) {
            throw wrong(command, "no ledger: name one with --ledger, or a configuration that has ledger.path");
        }
        requireEachOnce(command, ledgers);
        ZoneId zone = zone(command, parsed).orElse(config.timeZone());
        Instant from =
                YearMonth.from(now.atZone(zone)).atDay(1).atStartOfDay(zone).toInstant();
        Instant until = now;
        if (parsed.hasMatchedOption("--month")) {
            YearMonth month = month(command, parsed.matchedOptionValue("--month", ""));
            from = month.atDay(1).atStartOfDay(zone).toInstant();
            until = month.plusMonths(1).atDay(1).atStartOfDay(zone).toInstant();
        }
        from = time(command, parsed, "--from", zone).orElse(from);
        until = time(command, parsed, "--until", zone).orElse(until);
        if (!from.isBefore(until)) {
            throw wrong(command, "--until (" + until + ") is not after --from (" + from + ")");
        }
        return new Choice(List.copyOf(ledgers), from, until, zone);
    }

    /** The same file twice, by whatever path, would be counted twice. */
    private static void requireEachOnce(CommandSpec command, List<Path> ledgers) {
        Set<Path> files = new HashSet<>();
        for (Path ledger : ledgers) {
            Path file;
            try {
                file = ledger.toRealPath();
            } catch (IOException e) {
                // It is told when it is opened.
                file = ledger.toAbsolutePath();
            }
            if (!files.add(file)) {
                throw wrong(
                        command, "--ledger: " + ledger + " is given twice and would be counted twice; name it once");
            }
        }
    }

    private static Optional<ZoneId> zone(CommandSpec command, ParseResult parsed) {
        if (!parsed.hasMatchedOption("--time-zone")) {
            return Optional.empty();
        }
        String name = parsed.matchedOptionValue("--time-zone", "");
        try {
            return Optional.of(ZoneId.of(name));
        } catch (DateTimeException e) {
            throw wrong(command, "--time-zone: \"" + name + "\" is not a time zone such as Europe/Berlin or UTC");
        }
    }

    private static YearMonth month(CommandSpec command, String text) {
        try {
            return YearMonth.parse(text);
        } catch (DateTimeException e) {
            throw wrong(command, "--month: \"" + text + "\" is not a month such as 2026-03");
        }
    }

    private static Optional<Instant> time(CommandSpec command, ParseResult parsed, String option, ZoneId zone) {
        if (!parsed.hasMatchedOption(option)) {
            return Optional.empty();
        }
        String text = parsed.matchedOptionValue(option, "");
        try {
            return Optional.of(
                    text.contains("T")
                            ? OffsetDateTime.parse(text).toInstant()
                            : LocalDate.parse(text).atStartOfDay(zone).toInstant());
        } catch (DateTimeException e) {
            throw wrong(
                    command,
                    option + ": \"" + text + "\" is neither a date such as 2026-03-05 nor a time such as"
                            + " 2026-03-05T10:00:00Z");
        }
    }

    /** What went wrong with a file; the exceptions of the platform say no more than its name. */
    static String reason(IOException e) {
        return e.getClass() == IOException.class ? String.valueOf(e.getMessage()) : e.toString();
    }

    static ParameterException wrong(CommandSpec command, String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
