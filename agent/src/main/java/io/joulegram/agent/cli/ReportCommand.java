package io.joulegram.agent.cli;

import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.Nearest;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.report.CsvReport;
import io.joulegram.agent.report.HtmlReport;
import io.joulegram.agent.report.JsonReport;
import io.joulegram.agent.report.Line;
import io.joulegram.agent.report.Pricing;
import io.joulegram.agent.report.Report;
import io.joulegram.agent.report.ReportBuilder;
import io.joulegram.agent.report.TextReport;
import io.joulegram.grid.IntensityTrace;
import io.joulegram.grid.IntensityTraceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram report}. */
final class ReportCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final Set<String> FORMATS = Set.of("text", "csv", "json", "html");
    private static final Set<String> GROUPS =
            Set.of("component", "device", "host", "model", "workload", "scope", "day");

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("report");
    private final LedgerOptions ledgers;
    private final InstantSource clock;

    private ReportCommand(ConfigLoader loader, InstantSource clock) {
        ledgers = new LedgerOptions(loader);
        this.clock = clock;
        ledgers.addTo(spec);
        spec.addOption(LedgerOptions.text("--format", "FORMAT", "text, csv, json or html (default: text)."))
                .addOption(LedgerOptions.text(
                        "--by",
                        "WHAT",
                        "The lines of CSV: component, device, host, model, workload, scope or day (default:"
                                + " component)."))
                .addOption(OptionSpec.builder("--restate")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description(
                                "Better carbon intensities of the location, by time (CSV or JSON); the report shows"
                                        + " the difference.")
                        .build())
                .addOption(OptionSpec.builder("--output")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("Where the report goes (default: standard output).")
                        .build())
                .usageMessage()
                .description("Reports energy and carbon from the ledgers of one or many hosts.")
                .sortOptions(false);
    }

    /** The command. */
    static CommandLine create(ConfigLoader loader, InstantSource clock) {
        return new CommandLine(new ReportCommand(loader, clock).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        CommandLine command = spec.commandLine();
        ParseResult parsed = command.getParseResult();
        String format = word(parsed, "--format", "text", FORMATS);
        String by = word(parsed, "--by", "component", GROUPS);
        LedgerOptions.Choice choice = ledgers.read(spec, parsed, clock.instant());
        try {
            boolean restated = parsed.hasMatchedOption("--restate");
            Pricing pricing = restated
                    ? Pricing.restated(IntensityTrace.read(parsed.matchedOptionValue("--restate", Path.of(""))))
                    : Pricing.asBooked();
            ReportBuilder builder = new ReportBuilder(choice.from(), choice.until(), choice.zone(), pricing, restated);
            choice.forEach((host, ledger) -> builder.add(host, ledger));
            print(parsed, command, text(builder.build(), format, by));
            return 0;
        } catch (LedgerException | IntensityTraceException e) {
            command.getErr().println("joulegram: " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            command.getErr().println("joulegram: --output: " + e);
            return FAILED;
        }
    }

    private String word(ParseResult parsed, String option, String standard, Set<String> allowed) {
        String value = parsed.matchedOptionValue(option, standard);
        if (!allowed.contains(value)) {
            throw LedgerOptions.wrong(
                    spec,
                    option + ": \"" + value + "\" is none of "
                            + String.join(", ", allowed.stream().sorted().toList())
                            + Nearest.suggestion(value, allowed));
        }
        return value;
    }

    private static String text(Report report, String format, String by) {
        return switch (format) {
            case "csv" -> by.equals("scope") ? CsvReport.of(report.scopes()) : CsvReport.of(by, lines(report, by));
            case "json" -> new JsonReport().of(report);
            case "html" -> HtmlReport.of(report);
            default -> TextReport.of(report);
        };
    }

    private static List<Line> lines(Report report, String by) {
        return switch (by) {
            case "device" -> report.byDevice();
            case "model" -> report.byModel();
            case "workload" -> report.byWorkload();
            case "day" -> report.byDay();
            case "host" -> report.byHost();
            default -> report.byComponent();
        };
    }

    private static void print(ParseResult parsed, CommandLine command, String text) throws IOException {
        if (parsed.hasMatchedOption("--output")) {
            Files.writeString(parsed.matchedOptionValue("--output", Path.of("")), text);
        } else {
            command.getOut().print(text);
            command.getOut().flush();
        }
    }
}
