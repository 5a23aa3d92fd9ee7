package io.joulegram.agent.cli;

import io.joulegram.agent.carbon.EmbodiedCatalogue;
import io.joulegram.agent.carbon.Footprint;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.Nearest;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.report.Comparison;
import io.joulegram.agent.report.ElectricitySource;
import io.joulegram.agent.report.Pricing;
import io.joulegram.agent.report.ReportBuilder;
import io.joulegram.agent.report.WhatIf;
import io.joulegram.grid.GridIntensity;
import io.joulegram.grid.IntensityTrace;
import io.joulegram.grid.IntensityTraceException;
import io.joulegram.grid.YearlyIntensities;
import io.joulegram.power.Component;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram whatif}: the same work elsewhere, on other hardware, or for longer. */
final class WhatIfCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final double SECONDS_PER_YEAR = 365.25 * 86_400;
    private static final double MAX_PUE = 3;
    private static final double MAX_RATIO = 1_000;
    private static final double MIN_YEARS = 0.5;
    private static final double MAX_YEARS = 30;
    private static final Pattern LIFETIME = Pattern.compile("(gpu|cpu|dram|other)=([0-9.]{1,8})y?");

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("whatif");
    private final LedgerOptions ledgers;
    private final InstantSource clock;

    private WhatIfCommand(ConfigLoader loader, InstantSource clock) {
        ledgers = new LedgerOptions(loader);
        this.clock = clock;
        ledgers.addTo(spec);
        spec.addOption(LedgerOptions.text("--intensity", "GRAMS", "Another carbon intensity, in gCO2e/kWh."))
                .addOption(LedgerOptions.text("--zone", "ZONE", "That of another place, from the yearly tables."))
                .addOption(LedgerOptions.text(
                        "--source",
                        "NAME",
                        "That of one source of electricity, over its life cycle: "
                                + String.join(", ", ElectricitySource.labels()) + "."))
                .addOption(OptionSpec.builder("--trace")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("That of another place by time (CSV or JSON).")
                        .build())
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
                        "--gpu-count", "RATIO", "How many of the other GPUs do the work of one (default: 1)."))
                .usageMessage()
                .description("Works out what the work in a ledger would have emitted under other conditions.")
                .sortOptions(false);
    }

    /** The command. */
    static CommandLine create(ConfigLoader loader, InstantSource clock) {
        return new CommandLine(new WhatIfCommand(loader, clock).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        CommandLine command = spec.commandLine();
        ParseResult parsed = command.getParseResult();
        LedgerOptions.Choice choice = ledgers.read(spec, parsed, clock.instant());
        List<String> changes = new ArrayList<>();
        try {
            Pricing pricing = pricing(parsed, changes);
            WhatIf whatIf = whatIf(parsed, changes);
            if (changes.isEmpty()) {
                throw LedgerOptions.wrong(
                        spec,
                        "nothing is changed: give --intensity, --zone, --source, --trace, --pue, --lifetime or --gpu");
            }
            ReportBuilder before =
                    new ReportBuilder(choice.from(), choice.until(), choice.zone(), Pricing.asBooked(), false);
            ReportBuilder after = new ReportBuilder(choice.from(), choice.until(), choice.zone(), pricing, false);
            choice.forEach((host, ledger) -> {
                before.add(host, ledger);
                after.add(host, ledger, whatIf::apply);
            });
            command.getOut().print(new Comparison(before.build(), after.build(), changes).text());
            command.getOut().flush();
            return 0;
        } catch (LedgerException | IntensityTraceException e) {
            command.getErr().println("joulegram: " + e.getMessage());
            return FAILED;
        }
    }

    private Pricing pricing(ParseResult parsed, List<String> changes) throws IntensityTraceException {
        List<String> given = List.of("--intensity", "--zone", "--source", "--trace").stream()
                .filter(parsed::hasMatchedOption)
                .toList();
        if (given.size() > 1) {
            throw LedgerOptions.wrong(spec, String.join(" and ", given) + " exclude each other");
        }
        if (parsed.hasMatchedOption("--intensity")) {
            double grams = number(parsed, "--intensity", 0, GridIntensity.MAX_GRAMS_PER_KWH);
            changes.add(String.format(Locale.ROOT, "%.1f g/kWh", grams));
            return Pricing.fixed(grams);
        }
        if (parsed.hasMatchedOption("--zone")) {
            String zone = parsed.matchedOptionValue("--zone", "");
            GridIntensity figure = YearlyIntensities.load()
                    .find(zone)
                    .orElseThrow(() -> LedgerOptions.wrong(
                            spec, "--zone: \"" + zone + "\" is in no table of yearly intensity, such as DE or WORLD"));
            changes.add(String.format(
                    Locale.ROOT, "%.1f g/kWh of %s (%s)", figure.gramsPerKwh(), figure.zone(), figure.dataset()));
            return Pricing.fixed(figure.gramsPerKwh());
        }
        if (parsed.hasMatchedOption("--source")) {
            ElectricitySource source = source(parsed.matchedOptionValue("--source", ""));
            changes.add(String.format(Locale.ROOT, "%.1f g/kWh of %s", source.gramsPerKwh(), source.label()));
            return Pricing.fixed(source.gramsPerKwh());
        }
        if (parsed.hasMatchedOption("--trace")) {
            Path file = parsed.matchedOptionValue("--trace", Path.of(""));
            changes.add("intensity of " + file + ", and as booked where it has none");
            return Pricing.restated(IntensityTrace.read(file));
        }
        return Pricing.asBooked();
    }

    private ElectricitySource source(String name) {
        return ElectricitySource.of(name)
                .orElseThrow(() -> LedgerOptions.wrong(
                        spec,
                        "--source: \"" + name + "\" is none of " + String.join(", ", ElectricitySource.labels())
                                + Nearest.to(name, ElectricitySource.labels())
                                        .map(near -> "; did you mean " + near + "?")
                                        .orElse("")));
    }

    private WhatIf whatIf(ParseResult parsed, List<String> changes) {
        OptionalDouble pue = OptionalDouble.empty();
        if (parsed.hasMatchedOption("--pue")) {
            pue = OptionalDouble.of(number(parsed, "--pue", 1, MAX_PUE));
            changes.add("PUE " + pue.getAsDouble());
        }
        Map<Component, Double> lifetimes = new EnumMap<>(Component.class);
        for (String text : parsed.matchedOptionValue("--lifetime", List.<String>of())) {
            Matcher matcher = LIFETIME.matcher(text);
            double years = matcher.matches() ? parse(matcher.group(2)) : Double.NaN;
            if (!(years >= MIN_YEARS && years <= MAX_YEARS)) {
                throw LedgerOptions.wrong(
                        spec,
                        "--lifetime: \"" + text
                                + "\" is not a lifetime such as gpu=6, of gpu, cpu, dram or other and 0.5"
                                + " to 30 years");
            }
            lifetimes.put(Component.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)), years * SECONDS_PER_YEAR);
            changes.add(matcher.group(1) + " for " + matcher.group(2) + " years");
        }
        return withGpu(parsed, pue, lifetimes, changes);
    }

    private WhatIf withGpu(
            ParseResult parsed, OptionalDouble pue, Map<Component, Double> lifetimes, List<String> changes) {
        if (!parsed.hasMatchedOption("--gpu")) {
            for (String option : List.of("--gpu-energy", "--gpu-count")) {
                if (parsed.hasMatchedOption(option)) {
                    throw LedgerOptions.wrong(spec, option + " needs --gpu");
                }
            }
            return new WhatIf(pue, lifetimes, 1, OptionalDouble.empty());
        }
        String name = parsed.matchedOptionValue("--gpu", "");
        Optional<Footprint> footprint = new EmbodiedCatalogue().gpu(name);
        if (footprint.isEmpty()) {
            throw LedgerOptions.wrong(spec, "--gpu: \"" + name + "\" is not in the catalogue of GPUs");
        }
        if (!parsed.hasMatchedOption("--gpu-energy")) {
            throw LedgerOptions.wrong(
                    spec, "--gpu needs --gpu-energy: how much less or more energy they take depends on the work");
        }
        double energy = number(parsed, "--gpu-energy", 1 / MAX_RATIO, MAX_RATIO);
        double count =
                parsed.hasMatchedOption("--gpu-count") ? number(parsed, "--gpu-count", 1 / MAX_RATIO, MAX_RATIO) : 1;
        double grams = footprint.get().grams() * count;
        changes.add(String.format(
                Locale.ROOT,
                "%s of %.1f kg each, %s for one, with %s times the energy",
                name,
                footprint.get().grams() / 1e3,
                count,
                energy));
        return new WhatIf(pue, lifetimes, energy, OptionalDouble.of(grams));
    }

    private double number(ParseResult parsed, String option, double least, double most) {
        String text = parsed.matchedOptionValue(option, "");
        double value = parse(text);
        if (!(value >= least && value <= most)) {
            throw LedgerOptions.wrong(
                    spec, option + ": \"" + text + "\" is not a number from " + least + " to " + most);
        }
        return value;
    }

    private static double parse(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
