package io.joulegram.agent.cli;

import io.joulegram.agent.bench.ServerChoice;
import io.joulegram.agent.config.DurationText;
import io.joulegram.agent.config.FlatYaml;
import io.joulegram.agent.config.Nearest;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import picocli.CommandLine.ParseResult;

/** The settings of a benchmark by name, from the command line or else from a study's file, each with where it stands. */
final class BenchSettings {
    /**
     * What an option means.
     *
     * @param label what its value is
     * @param text for the help
     */
    record Meaning(String label, String text) {}

    private static final String SERVERS = "servers";
    private static final Pattern NUMBER = Pattern.compile("[0-9.eE+-]+");

    /** All of them, in the order of the help. */
    static final Map<String, Meaning> MEANINGS = meanings();

    private record Setting(String where, List<String> texts) {}

    private final Map<String, Setting> settings;
    private final List<ServerChoice> servers;

    private BenchSettings(Map<String, Setting> settings, List<ServerChoice> servers) {
        this.settings = settings;
        this.servers = servers;
    }

    private static Map<String, Meaning> meanings() {
        Map<String, Meaning> all = new LinkedHashMap<>();
        all.put("name", new Meaning("NAME", "What reports call it (default: bench)."));
        all.put("target", new Meaning("URL", "The server (default: http://127.0.0.1:8000)."));
        all.put("api", new Meaning("API", "completions (default) or chat."));
        all.put("model", new Meaning("NAME", "The model (default: the one that the server has)."));
        all.put("api-key-file", new Meaning("FILE", "Holds the key that the server wants."));
        all.put("ca-file", new Meaning("FILE", "Certificates (PEM) that vouch for the server, in place of Java's."));
        all.put(
                "concurrency",
                new Meaning("N,...", "Clients that each wait for their answer: a closed loop (default: 1)."));
        all.put("rate", new Meaning("R,...", "Requests a second whatever the server does, Poisson: an open loop."));
        all.put("prompt-tokens", new Meaning("N,...", "Lengths of prompts (default: 512)."));
        all.put("output-tokens", new Meaning("N,...", "Lengths of answers (default: 128)."));
        all.put("lengths", new Meaning("RULE", "fixed (default), or lognormal around those lengths."));
        all.put("sigma", new Meaning("S", "Spread of lognormal lengths, 0 to 3 (default: 1)."));
        all.put("sharegpt", new Meaning("FILE", "Prompts and lengths from conversations, in place of made-up ones."));
        all.put("prompt-as", new Meaning("FORM", "tokens (default of completions: exact) or text (of chat)."));
        all.put("vocabulary", new Meaning("N", "Tokens are drawn below this number (default: 30000)."));
        all.put("ignore-eos", new Meaning("BOOL", "Ask for answers of full length (default: true)."));
        all.put("duration", new Meaning("TIME", "What is measured of each run, in steady state (default: 30s)."));
        all.put("warm-up", new Meaning("TIME", "The least time before it (default: 2s)."));
        all.put("drain", new Meaning("TIME", "The most time for requests to end after it (default: 30s)."));
        all.put(
                "timeout",
                new Meaning("TIME", "A request from which nothing comes for so long failed (default: 60s)."));
        all.put("repeats", new Meaning("N", "Runs of each point (default: 1)."));
        all.put("seed", new Meaning("N", "The same seed gives the same requests (default: 1)."));
        all.put("agent", new Meaning("URL", "The agent that measures, or none (default: http://127.0.0.1:13600)."));
        all.put("agent-server", new Meaning("NAME", "What the agent calls the server, if several have the model."));
        all.put("agent-ca-file", new Meaning("FILE", "Certificates (PEM) that vouch for the agent."));
        all.put("agent-user", new Meaning("NAME", "The name for an agent that wants one."));
        all.put("agent-password-file", new Meaning("FILE", "Holds the password of that name."));
        all.put("rest", new Meaning("TIME", "How long power is measured without load, 0s not to (default: 10s)."));
        all.put("probe", new Meaning("BOOL", "Measure the energy of prompts by themselves (default: true)."));
        all.put("parameters", new Meaning("N", "Parameters of the model that a token takes, such as 8.03e9: for MFU."));
        all.put("model-config", new Meaning("FILE", "The model's config.json, in place of parameters: for MFU."));
        all.put(
                "peak-tflops",
                new Meaning("X", "Dense operations a second of one GPU, for MFU (default: its data sheet's)."));
        all.put(
                "precision",
                new Meaning(
                        "P", "Of the products, for MFU: tf32, bf16, fp16, fp8, int8, fp4 (default: bf16 or fp16)."));
        all.put("gpus", new Meaning("N", "GPUs that serve the model, for MFU (default: those that the agent knows)."));
        all.put("ready-within", new Meaning("TIME", "How long a server that a study starts may take (default: 10m)."));
        return all;
    }

    /** @throws IllegalArgumentException if the study cannot be read, or has a key that is none */
    static BenchSettings of(ParseResult parsed) {
        Map<String, Setting> settings = new HashMap<>();
        List<ServerChoice> servers = new ArrayList<>();
        if (parsed.hasMatchedOption("--study")) {
            Path file = parsed.matchedOptionValue("--study", Path.of(""));
            study(file, settings, servers);
        }
        for (String name : MEANINGS.keySet()) {
            if (parsed.hasMatchedOption("--" + name)) {
                String text = parsed.matchedOptionValue("--" + name, "");
                settings.put(name, new Setting("--" + name, List.of(text.split(",", -1))));
            }
        }
        return new BenchSettings(settings, servers);
    }

    private static void study(Path file, Map<String, Setting> settings, List<ServerChoice> servers) {
        for (Map.Entry<String, FlatYaml.Value> entry : FlatYaml.read(file).entrySet()) {
            String name = entry.getKey();
            FlatYaml.Value value = entry.getValue();
            String where = file + ":" + value.line() + ": " + name;
            if (name.equals(SERVERS)) {
                servers(where, value, servers);
            } else if (!MEANINGS.containsKey(name)) {
                throw new IllegalArgumentException(
                        where + " is no key of a study" + Nearest.suggestion(name, MEANINGS.keySet()));
            } else if (value.texts().isEmpty() || !value.mappings().isEmpty()) {
                throw new IllegalArgumentException(where + ": allowed: a value, or a list of values");
            } else {
                settings.put(name, new Setting(where, value.texts()));
            }
        }
    }

    private static void servers(String where, FlatYaml.Value value, List<ServerChoice> servers) {
        Set<String> names = new HashSet<>();
        for (Map<String, String> mapping : value.mappings()) {
            boolean whole = mapping.keySet().equals(Set.of("name", "command"));
            if (!whole || mapping.values().stream().anyMatch(String::isBlank) || !names.add(mapping.get("name"))) {
                throw new IllegalArgumentException(
                        where + ": allowed: a list of mappings with name (each another) and command, not " + mapping);
            }
            servers.add(
                    new ServerChoice(String.valueOf(mapping.get("name")), Optional.ofNullable(mapping.get("command"))));
        }
        if (servers.isEmpty()) {
            throw new IllegalArgumentException(where + ": allowed: a list of mappings with name and command");
        }
    }

    List<ServerChoice> servers() {
        return servers;
    }

    /** The one text of a setting. */
    Optional<String> text(String name) {
        Setting setting = settings.get(name);
        if (setting == null) {
            return Optional.empty();
        }
        // A comma belongs to a text that is no list.
        String text = String.join(",", setting.texts()).strip();
        if (text.isEmpty()) {
            throw wrong(name, "is empty; leave it out for its default");
        }
        return Optional.of(text);
    }

    <T> T parse(String name, String standard, Function<String, T> parser) {
        try {
            return parser.apply(text(name).orElse(standard));
        } catch (IllegalArgumentException e) {
            throw wrong(name, String.valueOf(e.getMessage()));
        }
    }

    String choice(String name, List<String> allowed, String standard) {
        String text = text(name).orElse(standard);
        if (!allowed.contains(text)) {
            throw wrong(
                    name,
                    "\"" + text + "\" is none of " + String.join(", ", allowed) + Nearest.suggestion(text, allowed));
        }
        return text;
    }

    boolean flag(String name, boolean standard) {
        return choice(name, List.of("true", "false"), Boolean.toString(standard))
                .equals("true");
    }

    Duration duration(String name, String standard, String least, String most) {
        return parse(name, standard, text -> DurationText.parse(text, least, most));
    }

    double number(String name, double least, double most, double standard) {
        return number(name, least, most).orElse(standard);
    }

    OptionalDouble number(String name, double least, double most) {
        Optional<String> text = text(name);
        return text.isPresent() ? OptionalDouble.of(number(name, text.get(), least, most)) : OptionalDouble.empty();
    }

    List<Double> numbers(String name, double least, double most, List<Double> standard) {
        Setting setting = settings.get(name);
        return setting == null
                ? standard
                : setting.texts().stream()
                        .map(text -> number(name, text.strip(), least, most))
                        .toList();
    }

    long whole(String name, long least, long most, long standard) {
        Optional<String> text = text(name);
        return text.isPresent() ? whole(name, text.get(), least, most) : standard;
    }

    List<Integer> wholes(String name, int least, int most, List<Integer> standard) {
        Setting setting = settings.get(name);
        return setting == null
                ? standard
                : setting.texts().stream()
                        .map(text -> (int) whole(name, text.strip(), least, most))
                        .toList();
    }

    private long whole(String name, String text, long least, long most) {
        try {
            // So that 1e3 is a whole number, too; bounded first, as 1e999999999 would be one of as many digits.
            double value = decimal(text);
            if (value >= least && value <= most) {
                return new BigDecimal(text).longValueExact();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Told below: what is no whole number and what is out of range are the same mistake.
        }
        throw wrong(
                name,
                String.format(Locale.ROOT, "\"%s\" is not allowed: a whole number from %d to %d", text, least, most));
    }

    /** Without what Java takes as a number besides: 1d, 0x1p3. */
    private static double decimal(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw new NumberFormatException();
        }
        return Double.parseDouble(text);
    }

    private double number(String name, String text, double least, double most) {
        try {
            double value = decimal(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below: what is no number and what is out of range are the same mistake.
        }
        throw wrong(
                name, String.format(Locale.ROOT, "\"%s\" is not allowed: a number from %s to %s", text, least, most));
    }

    /** What to throw for a setting that is wrong. */
    IllegalArgumentException wrong(String name, String why) {
        Setting setting = settings.get(name);
        return new IllegalArgumentException((setting == null ? "--" + name : setting.where()) + ": " + why);
    }
}
