package io.joulegram.agent.cli;

import io.joulegram.agent.bench.AgentChoice;
import io.joulegram.agent.bench.BenchPlan;
import io.joulegram.agent.bench.MfuRule;
import io.joulegram.agent.bench.ModelConfiguration;
import io.joulegram.agent.bench.ModelFlops;
import io.joulegram.agent.bench.ServerChoice;
import io.joulegram.agent.gpu.Precision;
import io.joulegram.agent.load.Api;
import io.joulegram.agent.load.FixedLengths;
import io.joulegram.agent.load.LoadRules;
import io.joulegram.agent.load.LogNormalLengths;
import io.joulegram.agent.load.Pace;
import io.joulegram.agent.load.PromptForm;
import io.joulegram.agent.load.ShareGptFile;
import io.joulegram.agent.load.Target;
import io.joulegram.agent.load.Workload;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** What {@code joulegram bench} is told: by options, or by a study's file that has the same names. */
final class BenchOptions {
    private static final String USUAL_AGENT = "http://127.0.0.1:13600";
    private static final double DEFAULT_SIGMA = 1;
    private static final int MAX_TOKENS = 10_000_000;

    /** A number of up to six digits and a comma, or a short word. */
    private static final int PROMPT_TOKEN_BYTES = 7;

    /** While a prompt is written: a node for each token in a list, and the text twice. */
    private static final int NEW_PROMPT_TOKEN_BYTES = 40;

    /** The instant when a token came, in an array that grows to twice its size. */
    private static final int OUTPUT_TOKEN_BYTES = 16;

    private static final int DEFAULT_PROMPT_TOKENS = 512;
    private static final int DEFAULT_OUTPUT_TOKENS = 128;
    private static final int MAX_POINTS = 1_000;
    private static final int MAX_KEY_BYTES = 1 << 16;

    private final CommandSpec spec;

    BenchOptions(CommandSpec spec) {
        this.spec = spec;
    }

    /** Adds the options. */
    void addTo() {
        spec.addOption(LedgerOptions.file("--study", "A study (YAML): the options below without dashes, as keys."));
        BenchSettings.MEANINGS.forEach(
                (name, meaning) -> spec.addOption(LedgerOptions.text("--" + name, meaning.label(), meaning.text())));
    }

    /**
     * The plan.
     *
     * @param output where the result goes; what started servers print goes beside it
     * @throws IllegalArgumentException if something is wrong; the message says where and what is allowed
     * @throws IOException if a file that is named cannot be read
     */
    BenchPlan read(ParseResult parsed, Path output) throws IOException {
        BenchSettings settings = BenchSettings.of(parsed);
        Optional<String> key = secret(settings);
        Optional<Path> authorities = settings.text("ca-file").map(Path::of);
        Api api = settings.choice("api", List.of("completions", "chat"), "completions")
                        .equals("chat")
                ? Api.CHAT
                : Api.COMPLETIONS;
        String form = settings.choice("prompt-as", List.of("tokens", "text"), api == Api.CHAT ? "text" : "tokens");
        if (api == Api.CHAT && form.equals("tokens")) {
            throw settings.wrong("prompt-as", "a chat takes text, not tokens");
        }
        BenchPlan plan = new BenchPlan(
                settings.text("name").orElse("bench"),
                settings.parse("target", "http://127.0.0.1:8000", Target::parse),
                api,
                settings.text("model"),
                key,
                authorities,
                form.equals("tokens") ? PromptForm.TOKENS : PromptForm.TEXT,
                (int) settings.whole("vocabulary", 2, 10_000_000, 30_000),
                settings.flag("ignore-eos", true),
                servers(settings),
                settings.duration("ready-within", "10m", "1s", "24h"),
                Optional.ofNullable(output.toAbsolutePath().getParent()).orElse(Path.of("")),
                workloads(settings),
                paces(settings),
                rules(settings),
                (int) settings.whole("repeats", 1, 100, 1),
                settings.whole("seed", 0, 1_000_000_000_000_000L, 1),
                agent(settings),
                settings.duration("rest", "10s", "0s", "1h"),
                settings.flag("probe", true),
                mfu(settings));
        requireMemory(settings, plan.paces());
        if (plan.points() > MAX_POINTS) {
            throw new IllegalArgumentException(plan.points() + " points are too many; allowed: up to " + MAX_POINTS);
        }
        return plan;
    }

    private static MfuRule mfu(BenchSettings settings) throws IOException {
        OptionalDouble peak = settings.number("peak-tflops", 1e-3, 1e9);
        return new MfuRule(
                model(settings),
                settings.text("precision").isPresent()
                        ? Optional.of(Precision.valueOf(settings.choice("precision", Precision.labels(), "")
                                .toUpperCase(Locale.ROOT)))
                        : Optional.empty(),
                peak.isPresent() ? OptionalDouble.of(peak.getAsDouble() * 1e12) : peak,
                settings.text("gpus").isPresent()
                        ? OptionalInt.of((int) settings.whole("gpus", 1, 1_000_000, 1))
                        : OptionalInt.empty());
    }

    private static Optional<ModelFlops> model(BenchSettings settings) throws IOException {
        OptionalDouble parameters = settings.number("parameters", 1, 1e15);
        Optional<String> configuration = settings.text("model-config");
        if (configuration.isEmpty()) {
            return parameters.isPresent()
                    ? Optional.of(ModelFlops.ofParameters(parameters.getAsDouble()))
                    : Optional.empty();
        }
        if (parameters.isPresent()) {
            throw settings.wrong("model-config", "excludes parameters: both tell the operations of a token");
        }
        try {
            return Optional.of(ModelConfiguration.read(Path.of(configuration.get())));
        } catch (IllegalArgumentException e) {
            throw settings.wrong("model-config", String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new IOException("--model-config: " + configuration.get() + " cannot be read: " + e, e);
        }
    }

    private static Optional<String> secret(BenchSettings settings) throws IOException {
        Optional<String> file = settings.text("api-key-file");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        // As Latin 1, of which every byte is a character: what is no key is told below.
        try (InputStream in = Files.newInputStream(Path.of(file.get()))) {
            return Optional.of(
                    key(settings, file.get(), new String(in.readNBytes(MAX_KEY_BYTES), StandardCharsets.ISO_8859_1)));
        } catch (IOException e) {
            throw new IOException("--api-key-file: " + file.get() + " cannot be read: " + e, e);
        }
    }

    /** The key in a file's text: its one line, which goes into a header. */
    private static String key(BenchSettings settings, String file, String text) {
        List<String> lines = text.lines().toList();
        String key = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && (!key.isEmpty() || !line.matches("[!-~]+"))) {
                throw settings.wrong(
                        "api-key-file",
                        file + ":" + (i + 1)
                                + (key.isEmpty() ? ": a character that no key has" : ": a second line")
                                + "; allowed: one line of visible ASCII characters, the key alone");
            }
            key = line.isEmpty() ? key : line;
        }
        if (key.isEmpty() || text.length() == MAX_KEY_BYTES) {
            throw settings.wrong(
                    "api-key-file",
                    file + (key.isEmpty() ? " is empty" : " is too large") + "; allowed: one line, the key alone");
        }
        return key;
    }

    private static List<ServerChoice> servers(BenchSettings settings) {
        List<ServerChoice> servers = settings.servers();
        return servers.isEmpty() ? List.of(ServerChoice.running()) : servers;
    }

    private static List<Workload> workloads(BenchSettings settings) {
        Optional<String> file = settings.text("sharegpt");
        if (file.isPresent()) {
            return List.of(ShareGptFile.read(Path.of(file.get())));
        }
        boolean spread = isSpread(settings);
        double sigma = settings.number("sigma", 0, 3, DEFAULT_SIGMA);
        List<Workload> workloads = new ArrayList<>();
        for (int prompt : settings.wholes("prompt-tokens", 1, MAX_TOKENS, List.of(DEFAULT_PROMPT_TOKENS))) {
            for (int output : settings.wholes("output-tokens", 1, MAX_TOKENS, List.of(DEFAULT_OUTPUT_TOKENS))) {
                workloads.add(spread ? new LogNormalLengths(prompt, output, sigma) : new FixedLengths(prompt, output));
            }
        }
        return workloads;
    }

    private static boolean isSpread(BenchSettings settings) {
        return settings.choice("lengths", List.of("fixed", "lognormal"), "fixed")
                .equals("lognormal");
    }

    private static List<Pace> paces(BenchSettings settings) {
        List<Double> rates = settings.numbers("rate", 1e-6, 100_000, List.of());
        List<Integer> clients = settings.wholes("concurrency", 1, 100_000, rates.isEmpty() ? List.of(1) : List.of());
        if (!rates.isEmpty() && !clients.isEmpty()) {
            throw settings.wrong("rate", "excludes concurrency: a load is a closed loop or an open one");
        }
        // From small to large, as a sweep ends at the server's limit.
        return rates.isEmpty()
                ? clients.stream()
                        .sorted()
                        .map(number -> (Pace) new Pace.Concurrency(number))
                        .toList()
                : rates.stream()
                        .sorted(Comparator.naturalOrder())
                        .map(number -> (Pace) new Pace.Rate(number))
                        .toList();
    }

    /**
     * What of requests is kept while they are on their way: a server that reads nothing leaves all prompts with us, and the
     * instants of tokens are kept until an answer ends. More than the heap takes would end the sweep half way.
     */
    private static double bytesOfRequest(BenchSettings settings) {
        return (double) PROMPT_TOKEN_BYTES * longestPrompt(settings)
                + (double) OUTPUT_TOKEN_BYTES
                        * longest(settings, "output-tokens", ShareGptFile.MAX_TOKENS, DEFAULT_OUTPUT_TOKENS);
    }

    private static double longestPrompt(BenchSettings settings) {
        return longest(settings, "prompt-tokens", ShareGptFile.MAX_PROMPT_TOKENS, DEFAULT_PROMPT_TOKENS);
    }

    private static double longest(BenchSettings settings, String key, int ofConversations, int usual) {
        if (settings.text("sharegpt").isPresent()) {
            return ofConversations;
        }
        int longest = settings.wholes(key, 1, MAX_TOKENS, List.of(usual)).stream()
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return isSpread(settings) ? longest * LogNormalLengths.LONGEST : longest;
    }

    private static void requireMemory(BenchSettings settings, List<Pace> paces) {
        double atATime = paces.stream()
                .mapToDouble(pace -> pace instanceof Pace.Concurrency ? pace.value() : 1)
                .max()
                .orElse(1);
        double bytes = atATime * bytesOfRequest(settings) + NEW_PROMPT_TOKEN_BYTES * longestPrompt(settings);
        double heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap / 2) {
            throw settings.wrong(
                    "prompt-tokens",
                    String.format(
                            Locale.ROOT,
                            "%.0f requests at a time, with prompts of up to %.0f tokens, take up to %.0f MB, and half of the"
                                    + " heap has %.0f; use fewer, shorter ones, or a larger heap: java -Xmx%.0fg -jar"
                                    + " joulegram.jar bench",
                            atATime,
                            longestPrompt(settings),
                            bytes / 1e6,
                            heap / 2e6,
                            Math.ceil(2 * bytes / (1 << 30))));
        }
    }

    /** In an open loop nobody says how many there will be: no more than half of the heap takes. */
    private static int mostInFlight(BenchSettings settings) {
        double fit = Runtime.getRuntime().maxMemory() / 2.0 / bytesOfRequest(settings);
        return (int) Math.max(1, Math.min(LoadRules.usual().maxInFlight(), fit));
    }

    private static LoadRules rules(BenchSettings settings) {
        return LoadRules.usual()
                .withMaxInFlight(mostInFlight(settings))
                .lasting(
                        settings.duration("warm-up", "2s", "0s", "1h"),
                        settings.duration("duration", "30s", "1s", "24h"),
                        settings.duration("drain", "30s", "0s", "1h"))
                .withSilence(settings.duration("timeout", "60s", "100ms", "1h"));
    }

    private static Optional<AgentChoice> agent(BenchSettings settings) throws IOException {
        String agent = settings.text("agent").orElse(USUAL_AGENT);
        if (agent.equals("none")) {
            return Optional.empty();
        }
        Optional<Path> authorities = settings.text("agent-ca-file").map(Path::of);
        Optional<String> user = settings.text("agent-user");
        Optional<Path> password = settings.text("agent-password-file").map(Path::of);
        if (user.isPresent() != password.isPresent()) {
            throw settings.wrong("agent-user", "and agent-password-file need each other");
        }
        AgentAddress address = settings.parse("agent", USUAL_AGENT, AgentAddress::parse);
        return Optional.of(new AgentChoice(
                AgentReader.of(authorities, user, password),
                address,
                settings.text("agent-server").orElse("")));
    }
}
