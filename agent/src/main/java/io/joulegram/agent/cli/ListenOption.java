package io.joulegram.agent.cli;

import io.joulegram.agent.config.ListenAddress;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code --listen} of a command that has a server. */
final class ListenOption {
    private static final String NAME = "--listen";

    private final CommandSpec spec;

    /** Adds it to a command. */
    ListenOption(CommandSpec spec, String description) {
        this.spec = spec;
        spec.addOption(LedgerOptions.text(NAME, "HOST:PORT", description));
    }

    /** What it says, or else what it is by itself. */
    ListenAddress of(ParseResult parsed, String standard) {
        try {
            return ListenAddress.of(parsed.matchedOptionValue(NAME, standard));
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, NAME + ": " + e.getMessage());
        }
    }
}
