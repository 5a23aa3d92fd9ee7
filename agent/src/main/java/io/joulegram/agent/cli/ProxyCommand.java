package io.joulegram.agent.cli;

import io.joulegram.agent.Logging;
import io.joulegram.agent.config.Certificates;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.DurationText;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.config.LogLevel;
import io.joulegram.agent.config.WebConfig;
import io.joulegram.agent.proxy.ProxyPlan;
import io.joulegram.agent.proxy.ProxySettings;
import io.joulegram.agent.proxy.ProxyTrust;
import io.joulegram.agent.proxy.Tenants;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram proxy}: passes requests on to an inference server and tells what each took. */
final class ProxyCommand implements Callable<Integer> {
    /** What the command does with what it was told. */
    @FunctionalInterface
    interface Task {
        /**
         * Does it until the process is told to stop.
         *
         * @return the exit status of the process
         */
        int run(ProxyPlan plan);
    }

    private static final String TARGET = "--target";
    private static final String LISTEN = "--listen";
    private static final String WEB = "--web.listen-address";
    private static final String AGENT = "--agent";
    private static final String SERVER = "--server";
    private static final String TENANTS = "--tenants";
    private static final String ACCESS_LOG = "--access-log";
    private static final String CONNECTIONS = "--max-connections";
    private static final String PATIENCE = "--server-timeout";
    private static final String TLS = "--web.config.file";
    private static final String TARGET_AUTHORITIES = "--target-ca-file";
    /** The daemon scrapes servers once a second, so more would tell nothing new. */
    private static final Duration ASKING = Duration.ofSeconds(1);

    private static final int MOST_CONNECTIONS = 100_000;
    private static final int MOST_PORT = 65_535;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("proxy");
    private final Task task;

    private ProxyCommand(Task task) {
        this.task = task;
        spec.addOption(required(TARGET, "URL", "The inference server: http://HOST:PORT or https://HOST:PORT."))
                .addOption(text(LISTEN, "HOST:PORT", "Where clients reach the proxy (default: 127.0.0.1:13700)."))
                .addOption(text(WEB, "HOST:PORT", "Where its metrics are (default: 127.0.0.1:13701)."))
                .addOption(text(AGENT, "URL", "The daemon that measures (default: http://127.0.0.1:13600)."))
                .addOption(text(
                        SERVER,
                        "NAME",
                        "The daemon's label of the server (default: that of its address, or the only one)."))
                .addOption(LedgerOptions.file(TENANTS, "Whose requests are whose, by hashes of API keys or headers."))
                .addOption(LedgerOptions.file(ACCESS_LOG, "Takes a line of JSON for each request."))
                .addOption(OptionSpec.builder(CONNECTIONS)
                        .paramLabel("N")
                        .type(Integer.class)
                        .description("Connections of clients at a time, 1 to 100000 (default: 4096).")
                        .build())
                .addOption(
                        text(PATIENCE, "DURATION", "How long the server may send nothing, 1s to 24h (default: 10m)."));
        spec.addOption(LedgerOptions.file(
                        TARGET_AUTHORITIES, "Certificates (PEM) that vouch for the server, in place of Java's."))
                .addOption(LedgerOptions.file(
                        TLS, "TLS for clients and for its metrics: tls_server_config, as the agent's file has it."));
        AgentAccessOptions.addTo(spec);
        spec.usageMessage()
                .description("Passes requests on to an inference server and tells what energy and carbon each took.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
    }

    private static OptionSpec text(String name, String label, String description) {
        return LedgerOptions.text(name, label, description);
    }

    private static OptionSpec required(String name, String label, String description) {
        return OptionSpec.builder(text(name, label, description)).required(true).build();
    }

    /** The command. */
    static CommandLine create(Task task) {
        return new CommandLine(new ProxyCommand(task).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        ParseResult parsed = spec.commandLine().getParseResult();
        ProxySettings usual = ProxySettings.to(option(parsed, TARGET, "", ProxyCommand::target));
        int connections = parsed.matchedOptionValue(CONNECTIONS, ProxySettings.USUAL_CONNECTIONS);
        if (connections < 1 || connections > MOST_CONNECTIONS) {
            throw LedgerOptions.wrong(
                    spec, CONNECTIONS + ": " + connections + " is out of range; allowed: 1 to " + MOST_CONNECTIONS);
        }
        ProxySettings settings = usual.withBounds(
                connections,
                usual.clientPatience(),
                option(parsed, PATIENCE, "10m", text -> DurationText.parse(text, "1s", "24h")));
        AgentAddress agent = option(parsed, AGENT, "http://127.0.0.1:13600", AgentAddress::parse);
        AgentReader reader = AgentAccessOptions.reader(spec, parsed);
        ProxyPlan plan = new ProxyPlan(
                option(parsed, LISTEN, "127.0.0.1:13700", ListenAddress::of),
                option(parsed, WEB, "127.0.0.1:13701", ListenAddress::of),
                settings,
                new ProxyTrust(tls(parsed), authorities(parsed)),
                () -> reader.read(List.of(agent)).get(0),
                ASKING,
                Optional.ofNullable(parsed.matchedOptionValue(SERVER, (String) null)),
                tenants(parsed),
                Optional.ofNullable(parsed.matchedOptionValue(ACCESS_LOG, (Path) null)));
        Logging.apply(LogLevel.INFO);
        return task.run(plan);
    }

    private <T> T option(ParseResult parsed, String name, String standard, Function<String, T> parse) {
        try {
            return parse.apply(parsed.matchedOptionValue(name, standard));
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, name + ": " + e.getMessage());
        }
    }

    private static URI target(String text) {
        URI uri;
        try {
            uri = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(wrongTarget(text), e);
        }
        boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        boolean bare = uri.getRawPath() != null
                && uri.getRawPath().isEmpty()
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && uri.getRawUserInfo() == null;
        if (!http || !bare || uri.getHost() == null || uri.getPort() == 0 || uri.getPort() > MOST_PORT) {
            throw new IllegalArgumentException(wrongTarget(text));
        }
        return uri;
    }

    private static String wrongTarget(String text) {
        return '"' + text + "\" is not the address of a server; allowed: http://HOST:PORT or https://HOST:PORT";
    }

    private Tenants tenants(ParseResult parsed) {
        Path file = parsed.matchedOptionValue(TENANTS, (Path) null);
        try {
            return file == null ? Tenants.none() : Tenants.read(file);
        } catch (IOException e) {
            throw LedgerOptions.wrong(spec, TENANTS + ": " + LedgerOptions.reason(e));
        }
    }

    private List<X509Certificate> authorities(ParseResult parsed) {
        Path file = parsed.matchedOptionValue(TARGET_AUTHORITIES, (Path) null);
        try {
            return file == null ? List.of() : Certificates.read(file);
        } catch (IOException e) {
            throw LedgerOptions.wrong(spec, TARGET_AUTHORITIES + ": " + LedgerOptions.reason(e));
        }
    }

    /** A client's password is for the server, so the proxy asks for none; headers of answers are the server's too. */
    private Optional<WebConfig> tls(ParseResult parsed) throws ConfigException {
        Path file = parsed.matchedOptionValue(TLS, (Path) null);
        if (file == null) {
            return Optional.empty();
        }
        WebConfig config = WebConfig.read(file);
        if (config.tls().isEmpty()
                || !config.passwordHashes().isEmpty()
                || !config.headers().isEmpty()) {
            throw LedgerOptions.wrong(
                    spec,
                    TLS + ": " + file + " must have tls_server_config, and nothing else: the proxy asks for no"
                            + " password and adds no headers");
        }
        return Optional.of(config);
    }
}
