package io.joulegram.agent.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.joulegram.agent.config.DurationText;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import io.joulegram.agent.top.AgentView;
import io.joulegram.agent.top.Screen;
import io.joulegram.agent.top.Terminal;
import io.joulegram.agent.top.TokenRates;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram top}: what one or many agents say, on the terminal. */
final class TopCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final String USUAL = "http://127.0.0.1:13600";
    private static final String INTERVAL = "--interval";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("top");
    private final Map<String, String> environment;

    private TopCommand(Map<String, String> environment) {
        this.environment = environment;
        spec.addPositional(PositionalParamSpec.builder()
                        .paramLabel("URL")
                        .index("0..*")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("Where agents are (default: " + USUAL + ").")
                        .build())
                .addOption(flag("--once", "Prints one view and ends, as without a terminal."))
                .addOption(flag("--json", "Prints one view as JSON and ends."))
                .addOption(
                        LedgerOptions.text(INTERVAL, "DURATION", "Time between two views, 500ms to 1h (default: 2s)."));
        AgentAccessOptions.addTo(spec);
        spec.usageMessage()
                .description("Shows power, tokens, joules and grams per token, budgets and what is down, live.")
                .footer("Ends with Ctrl-C. Exits with 0 if every agent answered, 1 if one did not, 2 on wrong usage.")
                .sortOptions(false);
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name).description(description).build();
    }

    /** The command. */
    static CommandLine create(Map<String, String> environment) {
        return new CommandLine(new TopCommand(environment).spec);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ParseResult parsed = spec.commandLine().getParseResult();
        List<AgentAddress> addresses = parsed.matchedPositionalValue(0, List.of(USUAL)).stream()
                .map(this::address)
                .toList();
        Duration interval = interval(parsed.matchedOptionValue(INTERVAL, "2s"));
        AgentReader reader = AgentAccessOptions.reader(spec, parsed);
        if (parsed.hasMatchedOption("--json")) {
            return json(reader.read(addresses));
        }
        Terminal terminal = new Terminal(spec.commandLine().getOut(), environment);
        return parsed.hasMatchedOption("--once") || !terminal.isTerminal()
                ? once(reader, addresses, interval, terminal)
                : forever(reader, addresses, interval, terminal);
    }

    private AgentAddress address(String text) {
        try {
            return AgentAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, String.valueOf(e.getMessage()));
        }
    }

    private Duration interval(String text) {
        try {
            return DurationText.parse(text, "500ms", "1h");
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, INTERVAL + ": " + e.getMessage());
        }
    }

    private int json(List<AgentView> views) throws IOException {
        ArrayNode array = JSON.createArrayNode();
        for (AgentView view : views) {
            ObjectNode agent =
                    array.addObject().put("agent", view.address().uri().toString());
            if (view.answered()) {
                agent.set("status", view.status());
                agent.set("summary", view.summary());
            } else {
                agent.put("error", view.problem());
            }
        }
        spec.commandLine().getOut().println(JSON.writeValueAsString(array));
        return exit(views);
    }

    private int once(AgentReader reader, List<AgentAddress> addresses, Duration interval, Terminal terminal)
            throws InterruptedException {
        TokenRates rates = new TokenRates();
        List<AgentView> views = reader.read(addresses);
        if (views.stream().anyMatch(AgentView::answered)) {
            rates.note(views);
            Thread.sleep(interval.toMillis());
            views = reader.read(addresses);
        }
        rates.note(views);
        Terminal.Size size = terminal.size();
        Screen.of(views, rates, LocalTime.now(ZoneId.systemDefault()))
                .lines(size.columns(), Integer.MAX_VALUE, false)
                .forEach(spec.commandLine().getOut()::println);
        return exit(views);
    }

    private static int forever(AgentReader reader, List<AgentAddress> addresses, Duration interval, Terminal terminal)
            throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(terminal::close, "terminal"));
        TokenRates rates = new TokenRates();
        while (true) {
            List<AgentView> views = reader.read(addresses);
            rates.note(views);
            Terminal.Size size = terminal.size();
            terminal.show(Screen.of(views, rates, LocalTime.now(ZoneId.systemDefault()))
                    .lines(size.columns(), size.lines(), true));
            Thread.sleep(interval.toMillis());
        }
    }

    private static int exit(List<AgentView> views) {
        return views.stream().allMatch(AgentView::answered) ? 0 : FAILED;
    }
}
