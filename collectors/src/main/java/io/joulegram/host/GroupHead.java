package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What the command line of an inference server tells of a model that it computes on more than this host: vLLM ({@code
 * vllm/engine/arg_utils.py}), SGLang ({@code python/sglang/srt/server_args.py}) and LMDeploy ({@code lmdeploy/cli/utils.py}).
 * That of a {@linkplain GroupRank rank} on another host than the API's tells nothing here.
 *
 * @param told the options that say that other hosts compute as well; empty if none does
 * @param gpus how many GPUs a replica of the model is spread over; empty if that is not told
 */
public record GroupHead(Optional<String> told, OptionalInt gpus) {
    private static final String VLLM = "vllm";
    private static final List<String> SERVERS = List.of(VLLM, "sglang", "lmdeploy");
    private static final String[] TENSOR_PARALLEL = {"--tensor-parallel-size", "-tp", "--tp-size", "--tp"};
    private static final String[] PIPELINE_PARALLEL = {"--pipeline-parallel-size", "-pp", "--pp-size", "--pp"};

    /** With these each host has an API of its own, for the engines that it has. */
    private static final Set<String> OWN_API = Set.of(
            "--data-parallel-rank",
            "-dpn",
            "--data-parallel-external-lb",
            "-dpe",
            "--data-parallel-hybrid-lb",
            "-dph",
            "--data-parallel-multi-port-external-lb");

    /** @throws NullPointerException if a part is null */
    public GroupHead {
        requireNonNull(told, "told");
        requireNonNull(gpus, "gpus");
    }

    /** What a command line tells; empty if it starts no server that is known, or one of a rank elsewhere. */
    public static Optional<GroupHead> of(List<String> command) {
        CommandWords words = new CommandWords(command);
        if (SERVERS.stream().noneMatch(words::runs)
                || GroupRank.of(List.of(command)).isPresent()) {
            return Optional.empty();
        }
        Optional<String> told = Stream.<Function<CommandWords, Optional<String>>>of(
                        GroupHead::hosts, GroupHead::dataParallel)
                .flatMap(way -> way.apply(words).stream())
                .findFirst();
        return Optional.of(new GroupHead(told, gpus(words)));
    }

    private static Optional<String> hosts(CommandWords words) {
        OptionalInt hosts = words.number("--nnodes");
        return hosts.orElse(1) > 1 ? Optional.of("--nnodes " + hosts.getAsInt()) : Optional.empty();
    }

    private static Optional<String> dataParallel(CommandWords words) {
        OptionalInt all = words.number("--data-parallel-size", "-dp");
        OptionalInt here = words.number("--data-parallel-size-local", "-dpl");
        boolean together = words.runs(VLLM) && OWN_API.stream().noneMatch(words::has);
        return together && all.isPresent() && here.isPresent() && here.getAsInt() < all.getAsInt()
                ? Optional.of(
                        "--data-parallel-size " + all.getAsInt() + ", --data-parallel-size-local " + here.getAsInt())
                : Optional.empty();
    }

    private static OptionalInt gpus(CommandWords words) {
        OptionalInt tensor = words.number(TENSOR_PARALLEL);
        OptionalInt pipeline = words.number(PIPELINE_PARALLEL);
        return tensor.isEmpty() && pipeline.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.min(Integer.MAX_VALUE, (long) tensor.orElse(1) * pipeline.orElse(1)));
    }
}
