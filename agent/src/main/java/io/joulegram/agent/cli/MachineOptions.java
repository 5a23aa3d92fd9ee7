package io.joulegram.agent.cli;

import io.joulegram.agent.carbon.HypotheticalMachine;
import io.joulegram.grid.GridIntensity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The options that describe a machine at work which need not exist. */
final class MachineOptions {
    private static final double MAX_WATTS = 1e6;
    private static final double MAX_TOKENS = 1e15;
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,6})?)(s|h|d|y)");
    private static final Map<String, Double> SECONDS = Map.of("s", 1.0, "h", 3_600.0, "d", 86_400.0, "y", 31_557_600.0);

    private MachineOptions() {}

    static void addTo(CommandSpec spec) {
        spec.addOption(LedgerOptions.text(
                        "--machine",
                        "PARTS",
                        "A machine in the place of a ledger, such as " + MachineSpec.EXAMPLE + "; needs no agent."))
                .addOption(LedgerOptions.text(
                        "--watts", "WATTS", "What the machine draws (default: what it is designed to draw)."))
                .addOption(LedgerOptions.text("--for", "TIME", "For how long, as 1s, 1h, 30d or 4y (default: 1h)."))
                .addOption(LedgerOptions.text("--tokens", "COUNT", "Tokens that it writes meanwhile."))
                .addOption(LedgerOptions.text(
                        "--base-intensity", "GRAMS", "The machine's present carbon intensity, in gCO2e/kWh."));
    }

    /**
     * The machine that a command line describes; empty if it describes none.
     *
     * @throws IllegalArgumentException if it does so wrongly; the message says how
     */
    static Optional<MachineUse> read(ParseResult parsed) {
        if (!parsed.hasMatchedOption("--machine")) {
            for (String option : List.of("--watts", "--for", "--tokens", "--base-intensity")) {
                if (parsed.hasMatchedOption(option)) {
                    throw new IllegalArgumentException(option + " needs --machine");
                }
            }
            return Optional.empty();
        }
        if (parsed.hasMatchedOption("--ledger")) {
            throw new IllegalArgumentException("--machine and --ledger exclude each other");
        }
        HypotheticalMachine machine = MachineSpec.parse(parsed.matchedOptionValue("--machine", ""));
        return Optional.of(new MachineUse(
                machine,
                number(parsed, "--watts", MAX_WATTS),
                span(parsed.matchedOptionValue("--for", "1h")),
                number(parsed, "--base-intensity", GridIntensity.MAX_GRAMS_PER_KWH),
                Math.round(number(parsed, "--tokens", MAX_TOKENS).orElse(0))));
    }

    private static Duration span(String text) {
        Matcher matcher = SPAN.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--for: \"" + text + "\" is not a time such as 1s, 1h, 30d or 4y");
        }
        double seconds = Double.parseDouble(matcher.group(1)) * SECONDS.getOrDefault(matcher.group(2), 1.0);
        if (!(seconds > 0)) {
            throw new IllegalArgumentException("--for: \"" + text + "\" is no time");
        }
        return Duration.ofMillis(Math.round(seconds * 1e3));
    }

    private static OptionalDouble number(ParseResult parsed, String option, double most) {
        return parsed.hasMatchedOption(option)
                ? OptionalDouble.of(AlternativeReader.number(option, parsed.matchedOptionValue(option, ""), 0, most))
                : OptionalDouble.empty();
    }
}
