package io.joulegram.agent.cli;

import io.joulegram.agent.top.AgentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The options of commands that ask agents which may have TLS and passwords. */
final class AgentAccessOptions {
    private static final String AUTHORITIES = "--ca-file";
    private static final String USER = "--user";
    private static final String PASSWORD = "--password-file";

    private AgentAccessOptions() {}

    static void addTo(CommandSpec command) {
        command.addOption(LedgerOptions.file(
                        AUTHORITIES, "Certificates (PEM) that vouch for agents with TLS, in place of Java's."))
                .addOption(
                        LedgerOptions.text(USER, "NAME", "The name for agents that want one; needs " + PASSWORD + "."))
                .addOption(LedgerOptions.file(PASSWORD, "A file that holds the password of that name."));
    }

    /** The first of them that is given; empty if none is. */
    static Optional<String> given(ParseResult parsed) {
        return List.of(AUTHORITIES, USER, PASSWORD).stream()
                .filter(parsed::hasMatchedOption)
                .findFirst();
    }

    /** What asks agents as the options say. */
    static AgentReader reader(CommandSpec command, ParseResult parsed) {
        Optional<String> user = Optional.of(parsed.matchedOptionValue(USER, "")).filter(name -> !name.isEmpty());
        Optional<Path> password = Optional.ofNullable(parsed.matchedOptionValue(PASSWORD, (Path) null));
        if (user.isPresent() != password.isPresent()) {
            throw LedgerOptions.wrong(command, USER + " and " + PASSWORD + " go together");
        }
        try {
            return AgentReader.of(
                    Optional.ofNullable(parsed.matchedOptionValue(AUTHORITIES, (Path) null)), user, password);
        } catch (IOException e) {
            throw LedgerOptions.wrong(command, "cannot read: " + LedgerOptions.reason(e));
        }
    }
}
