package io.joulegram.agent.cli;

import io.joulegram.agent.carbon.EmbodiedDevice;
import io.joulegram.agent.carbon.HypotheticalMachine;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.report.Alternatives;
import io.joulegram.agent.report.BatchTable;
import io.joulegram.agent.report.Comparison;
import io.joulegram.agent.report.ElectricitySource;
import io.joulegram.agent.report.MachineTable;
import io.joulegram.agent.report.Pricing;
import io.joulegram.agent.report.Report;
import io.joulegram.agent.report.ReportBuilder;
import io.joulegram.agent.report.WhatIf;
import io.joulegram.grid.IntensityTraceException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram whatif}: the same work elsewhere, on other hardware, or for longer. */
final class WhatIfCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int MAX_ALTERNATIVES = 50;
    private static final List<String> FORMATS = List.of("text", "csv", "json");

    /** Makes the report of the work as an alternative has it. */
    private interface Work {
        Report under(Pricing pricing, UnaryOperator<Bucket> change) throws LedgerException;
    }

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("whatif");
    private final LedgerOptions ledgers;
    private final InstantSource clock;

    private WhatIfCommand(ConfigLoader loader, InstantSource clock) {
        ledgers = new LedgerOptions(loader);
        this.clock = clock;
        ledgers.addTo(spec);
        MachineOptions.addTo(spec);
        addChangeOptions();
        spec.addOption(OptionSpec.builder("--alternative")
                        .paramLabel("NAME:KEY=VALUE,...")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description(
                                "Several changes under a name, by the options above without dashes and lifetime.gpu=6;"
                                        + " may be given several times, for a table of alternatives.")
                        .build())
                .addOption(OptionSpec.builder("--batch-table")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description(
                                "What a sweep over batch sizes has measured: the JSON of joulegram bench, or CSV with the"
                                        + " columns " + BatchTable.COLUMNS + "; tells what each costs in carbon.")
                        .build())
                .addOption(LedgerOptions.text("--format", "FORMAT", "text (default), csv or json."))
                .usageMessage()
                .description(
                        "Works out what the work in a ledger, or of a machine that need not exist, would emit under"
                                + " other conditions.")
                .sortOptions(false);
    }

    private void addChangeOptions() {
        spec.addOption(LedgerOptions.text("--intensity", "GRAMS", "Another carbon intensity, in gCO2e/kWh."))
                .addOption(LedgerOptions.text("--zone", "ZONE", "That of another place, from the yearly tables."))
                .addOption(LedgerOptions.text(
                        "--source",
                        "NAME",
                        "That of one source of electricity, over its life cycle: "
                                + String.join(", ", ElectricitySource.labels()) + "."))
                .addOption(LedgerOptions.text("--trace", "FILE", "That of another place by time (CSV or JSON)."))
                .addOption(LedgerOptions.text("--pue", "RATIO", "Another power usage effectiveness."))
                .addOption(OptionSpec.builder("--lifetime")
                        .paramLabel("COMPONENT=YEARS")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("Another lifetime of gpu, cpu, dram or other; may be given several times.")
                        .build())
                .addOption(LedgerOptions.text(
                        "--gpu",
                        "NAME",
                        "Other GPUs, by a name of the catalogue such as \"H100 SXM\"; needs --gpu-energy."))
                .addOption(LedgerOptions.text(
                        "--gpu-energy",
                        "RATIO",
                        "Energy of the other GPUs for the same work over that of the present ones."))
                .addOption(LedgerOptions.text(
                        "--gpu-count", "RATIO", "How many of the other GPUs do the work of one (default: 1)."));
    }

    /** The command. */
    static CommandLine create(ConfigLoader loader, InstantSource clock) {
        return new CommandLine(new WhatIfCommand(loader, clock).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        CommandLine command = spec.commandLine();
        ParseResult parsed = command.getParseResult();
        try {
            command.getOut().print(answer(parsed));
            command.getOut().flush();
            return 0;
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, String.valueOf(e.getMessage()));
        } catch (LedgerException | IntensityTraceException e) {
            command.getErr().println("joulegram: " + e.getMessage());
            return FAILED;
        }
    }

    private String answer(ParseResult parsed) throws ConfigException, LedgerException, IntensityTraceException {
        String format = parsed.matchedOptionValue("--format", "text");
        if (!FORMATS.contains(format)) {
            throw new IllegalArgumentException("--format: \"" + format + "\" is none of " + String.join(", ", FORMATS));
        }
        Optional<MachineUse> machine = MachineOptions.read(parsed);
        Work work = machine.isPresent() ? workOf(machine.get()) : workOfLedgers(parsed);
        List<Alternative> alternatives = alternatives(parsed);
        Report base = work.under(Pricing.asBooked(), UnaryOperator.identity());
        List<Alternatives.Named> others = new ArrayList<>();
        for (Alternative alternative : alternatives) {
            WhatIf whatIf = alternative.whatIf();
            others.add(new Alternatives.Named(
                    alternative.name(), alternative.changes(), work.under(alternative.pricing(), whatIf::apply)));
        }
        if (parsed.hasMatchedOption("--batch-table")) {
            return batches(BatchFile.read(parsed.matchedOptionValue("--batch-table", Path.of(""))), base, others);
        }
        return switch (format) {
            case "csv" -> new Alternatives(base, others).csv();
            case "json" -> new Alternatives(base, others).json();
            default -> text(parsed, machine, base, others);
        };
    }

    private static String text(
            ParseResult parsed, Optional<MachineUse> machine, Report base, List<Alternatives.Named> others) {
        if (others.isEmpty() && machine.isPresent()) {
            HypotheticalMachine made = machine.get().machine();
            MachineTable table = new MachineTable();
            for (EmbodiedDevice device : made.devices()) {
                table.add(device, made.designWatts(device));
            }
            return table.text();
        }
        if (others.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing is changed: give --intensity, --zone, --source, --trace, --pue, --lifetime, --gpu or"
                            + " --alternative");
        }
        return parsed.hasMatchedOption("--alternative")
                ? new Alternatives(base, others).text()
                : new Comparison(base, others.get(0).report(), others.get(0).changes()).text();
    }

    private static String batches(BatchTable table, Report base, List<Alternatives.Named> others) {
        StringBuilder out = new StringBuilder();
        out.append(batches("as it is", table, base));
        others.forEach(other -> out.append('\n').append(batches(other.name(), table, other.report())));
        return out.toString();
    }

    private static String batches(String name, BatchTable table, Report report) {
        double kilowattHours = report.total().joules() / 3.6e6;
        if (report.total().operationalGrams().isEmpty() || !(kilowattHours > 0)) {
            throw new IllegalArgumentException("--batch-table: the carbon intensity of \"" + name
                    + "\" is not known: it takes energy in the ledger, or --base-intensity of a machine");
        }
        double gramsPerKwh = report.total().operationalGrams().getAsDouble() / kilowattHours;
        double seconds = Duration.between(report.from(), report.until()).toMillis()
                / 1e3
                * report.coverage().observedRatio();
        double embodied = seconds > 0 ? report.total().embodiedGrams() / seconds : 0;
        return String.format(Locale.ROOT, "%s: %.1f g/kWh, %.3e g/s of making%n", name, gramsPerKwh, embodied)
                + table.text(gramsPerKwh, embodied);
    }

    private Work workOfLedgers(ParseResult parsed) throws ConfigException {
        LedgerOptions.Choice choice = ledgers.read(spec, parsed, clock.instant());
        return (pricing, change) -> {
            ReportBuilder builder = new ReportBuilder(choice.from(), choice.until(), choice.zone(), pricing, false);
            choice.forEach((host, ledger) -> builder.add(host, ledger, change));
            return builder.build();
        };
    }

    private static Work workOf(MachineUse use) {
        Instant end = Instant.EPOCH.plus(use.duration());
        return (pricing, change) -> new ReportBuilder(Instant.EPOCH, end, ZoneOffset.UTC, pricing, false)
                .add(MachineUse.HOST, List.of(change.apply(use.bucket())))
                .build();
    }

    /** Those that have a name, or the one that the plain options make up. */
    private static List<Alternative> alternatives(ParseResult parsed) throws IntensityTraceException {
        Map<String, String> values = new LinkedHashMap<>();
        List<String> keys = new ArrayList<>(AlternativeReader.INTENSITIES);
        keys.addAll(AlternativeReader.OTHERS);
        for (String key : keys) {
            if (parsed.hasMatchedOption("--" + key)) {
                values.put(key, parsed.matchedOptionValue("--" + key, ""));
            }
        }
        List<String> lifetimes = parsed.matchedOptionValue("--lifetime", List.of());
        List<String> texts = parsed.matchedOptionValue("--alternative", List.of());
        boolean plain = !values.isEmpty() || !lifetimes.isEmpty();
        if (plain && !texts.isEmpty()) {
            throw new IllegalArgumentException("--alternative excludes the options of a single change");
        }
        if (texts.size() > MAX_ALTERNATIVES) {
            throw new IllegalArgumentException("--alternative: more than " + MAX_ALTERNATIVES);
        }
        List<Alternative> alternatives = new ArrayList<>();
        if (plain) {
            alternatives.add(new AlternativeReader("--", values, lifetimes).read("what if"));
        }
        for (String text : texts) {
            alternatives.add(AlternativeReader.parse(text));
        }
        return alternatives;
    }
}
