package io.joulegram.agent.cli;

import io.joulegram.agent.Logging;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.config.Nearest;
import io.joulegram.agent.simulate.AcceleratorShape;
import io.joulegram.agent.simulate.EngineSettings;
import io.joulegram.agent.simulate.ModelShape;
import io.joulegram.agent.simulate.Simulation;
import io.joulegram.agent.simulate.Traffic;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram simulate}: a simulated inference server, and the daemon that measures it. */
final class SimulateCommand implements Callable<Integer> {
    /** What the command does with what it was told. */
    @FunctionalInterface
    interface Task {
        /**
         * Does it until the process is told to stop.
         *
         * @return the exit status of the process
         */
        int run(AgentConfig config, Simulation simulation, ListenAddress address);
    }

    private static final String MODEL = "--model";
    private static final String GPU = "--gpu";
    private static final String TENSOR_PARALLEL = "--tensor-parallel";
    private static final String SERVERS = "--servers";
    private static final String SHARED = "--shared";
    private static final String DATA_PARALLEL = "--data-parallel";
    private static final String SEED = "--seed";
    private static final String MAX_SEQUENCES = "--max-num-seqs";
    private static final String MAX_BATCHED_TOKENS = "--max-num-batched-tokens";
    private static final String MAX_WAITING = "--max-waiting";
    private static final String BLOCKS = "--num-gpu-blocks-override";
    private static final String LOAD = "--load";
    private static final double MAX_LOAD = 10_000;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("simulate");
    private final ListenOption listen =
            new ListenOption(spec, "Where the simulated server listens (default: 127.0.0.1:8000).");
    private final ConfigOptions options;
    private final Task task;

    private SimulateCommand(ConfigOptions options, Task task) {
        this.options = options;
        this.task = task;
        spec.addOption(LedgerOptions.text(
                        MODEL,
                        "NAME",
                        "The model: " + String.join(", ", ModelShape.names()) + " (default: llama-3-8b)."))
                .addOption(LedgerOptions.text(
                        GPU,
                        "NAME",
                        "The accelerator: " + String.join(", ", AcceleratorShape.names()) + " (default: h100)."))
                .addOption(whole(TENSOR_PARALLEL, "Accelerators that share the model, 1 to 64 (default: 1)."))
                .addOption(whole(
                        DATA_PARALLEL,
                        "Engines that serve the model side by side, each with its accelerators, 1 to 16 (default: 1)."))
                .addOption(whole(
                        SERVERS,
                        "Servers of the model, 1 to 8, on ports from that of --listen on, each with its accelerators"
                                + " (default: 1)."))
                .addOption(OptionSpec.builder(SHARED)
                        .description("All servers share the accelerators of one, step by step.")
                        .build())
                .addOption(OptionSpec.builder(SEED)
                        .paramLabel("N")
                        .type(Long.class)
                        .description("The same seed gives the same answers (default: 1).")
                        .build())
                .addOption(whole(MAX_SEQUENCES, "Requests in the batch at most (default: 256)."))
                .addOption(whole(MAX_BATCHED_TOKENS, "Tokens in a step at most (default: 8192)."))
                .addOption(
                        whole(MAX_WAITING, "Requests in the queue at most; others get status 429 (default: 10000)."));
        spec.addOption(whole(
                BLOCKS,
                "Blocks of 16 tokens for keys and values (default: what the weights leave of 90 % of the memory)."));
        spec.addOption(OptionSpec.builder(LOAD)
                .paramLabel("RATE")
                .type(Double.class)
                .description("Requests a second that the server makes of itself, 0 to 10000 (default: 0).")
                .build());
        options.addTo(spec);
        spec.usageMessage()
                .description("Runs a simulated inference server and the daemon on its simulated power.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
    }

    private static OptionSpec whole(String name, String description) {
        return OptionSpec.builder(name)
                .paramLabel("N")
                .type(Integer.class)
                .description(description)
                .build();
    }

    /** The command. */
    static CommandLine create(ConfigLoader loader, Task task) {
        return new CommandLine(new SimulateCommand(new ConfigOptions(loader), task).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        ParseResult parsed = spec.commandLine().getParseResult();
        Simulation simulation = simulation(parsed);
        ListenAddress address = listen.of(parsed, "127.0.0.1:8000");
        AgentConfig config = options.load(parsed);
        Logging.apply(config.log().level());
        return task.run(config, simulation, address);
    }

    private Simulation simulation(ParseResult parsed) {
        ModelShape model = named(MODEL, parsed, "llama-3-8b", ModelShape::named, ModelShape.names());
        AcceleratorShape gpu = named(GPU, parsed, "h100", AcceleratorShape::named, AcceleratorShape.names());
        try {
            int servers = parsed.matchedOptionValue(SERVERS, 1);
            boolean shared = parsed.hasMatchedOption(SHARED);
            EngineSettings usual = EngineSettings.of(
                    model,
                    gpu,
                    parsed.matchedOptionValue(TENSOR_PARALLEL, 1),
                    shared ? servers : 1,
                    parsed.matchedOptionValue(SEED, 1L));
            EngineSettings settings = usual.withKeyValueBlocks(
                            parsed.matchedOptionValue(BLOCKS, usual.keyValueBlocks()))
                    .withLimits(
                            parsed.matchedOptionValue(MAX_SEQUENCES, usual.maxSequences()),
                            parsed.matchedOptionValue(MAX_BATCHED_TOKENS, usual.maxBatchedTokens()),
                            parsed.matchedOptionValue(MAX_WAITING, usual.maxWaiting()));
            return new Simulation(
                    settings,
                    servers,
                    shared,
                    parsed.matchedOptionValue(DATA_PARALLEL, 1),
                    Traffic.steady(load(parsed)));
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, String.valueOf(e.getMessage()));
        }
    }

    private double load(ParseResult parsed) {
        double load = parsed.matchedOptionValue(LOAD, 0.0);
        if (!(load >= 0 && load <= MAX_LOAD)) {
            throw LedgerOptions.wrong(spec, LOAD + ": " + load + " is out of range; allowed: 0 to 10000");
        }
        return load;
    }

    private <T> T named(
            String option,
            ParseResult parsed,
            String standard,
            Function<String, Optional<T>> byName,
            List<String> names) {
        String name = parsed.matchedOptionValue(option, standard);
        return byName.apply(name)
                .orElseThrow(() -> LedgerOptions.wrong(
                        spec,
                        option + ": there is no \"" + name + "\"; allowed: " + String.join(", ", names)
                                + Nearest.to(name, names)
                                        .map(near -> "; did you mean " + near + "?")
                                        .orElse("")));
    }
}
