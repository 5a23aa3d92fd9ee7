package io.joulegram.host;

import static java.util.Objects.requireNonNull;

import io.joulegram.tokens.ServingProgram;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What command lines tell of a process that computes for a program whose first rank is on another host:
 *
 * <ul>
 *   <li>{@code vllm serve --headless}: workers of a group over several hosts, or engines that are data parallel;
 *   <li>{@code --node-rank} of 1 or more: vLLM, SGLang, LMDeploy, torchrun;
 *   <li>{@code mgmn_worker_node} of TensorRT-LLM, and what the daemon of Open MPI on a host that is not the first started.
 * </ul>
 *
 * @param serves whether that program is an inference server; others are started in the same way, such as training
 * @param head address or name of the host of the first rank; empty if they do not tell
 * @param port where the API listens there, as far as the same options are given on all hosts
 */
public record GroupRank(boolean serves, Optional<String> head, OptionalInt port) {
    private static final String VLLM = "vllm";
    private static final String SGLANG = "sglang";
    private static final Set<String> SERVERS =
            Set.of(VLLM, SGLANG, "lmdeploy", "trtllm", "tensorrt_llm", "tritonserver");

    private static final String TENSORRT_LLM_WORKER = "tensorrt_llm.llmapi.mgmn_worker_node";
    /** Open MPI starts its daemon on every host but that of mpirun itself. */
    private static final Set<String> MPI_DAEMONS = Set.of("orted", "prted");

    /** Of the host of the API first: vLLM's data-parallel groups may be tensor parallel in themselves. */
    private static final List<String> HEAD_OPTIONS =
            List.of("--data-parallel-address", "-dpa", "--master-addr", "--dist-init-addr", "--nccl-init-addr");

    /** {@code HOST:PORT} or {@code [ADDRESS]:PORT}; an address of version 6 without brackets has no port. */
    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:\\[([^]]+)]|([^:]+))(?::[0-9]{1,5})?");

    /** @throws NullPointerException if a part is null */
    public GroupRank {
        requireNonNull(head, "head");
        requireNonNull(port, "port");
    }

    /** What the command lines of a process and its ancestors tell, its own first; empty if it is no such process. */
    public static Optional<GroupRank> of(List<List<String>> line) {
        List<CommandWords> commands = line.stream().map(CommandWords::new).toList();
        boolean serves = commands.stream().anyMatch(words -> SERVERS.stream().anyMatch(words::runs));
        return commands.stream()
                .filter(GroupRank::isRank)
                .findFirst()
                .map(words -> new GroupRank(serves, head(words), port(words)));
    }

    private static boolean isRank(CommandWords command) {
        List<String> words = command.words();
        return (command.runs(VLLM) && command.has("--headless"))
                || command.number("--node-rank").orElse(0) > 0
                || words.contains(TENSORRT_LLM_WORKER)
                || (!words.isEmpty() && MPI_DAEMONS.contains(baseName(words.get(0))));
    }

    private static OptionalInt port(CommandWords command) {
        OptionalInt given = command.number("--port");
        if (given.isPresent()) {
            return given;
        }
        return command.runs(VLLM)
                ? usualPort(ServingProgram.vllm())
                : command.runs(SGLANG) ? usualPort(ServingProgram.sglang()) : OptionalInt.empty();
    }

    private static OptionalInt usualPort(ServingProgram program) {
        return program.usualPort().map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    /** Whether the first rank is told to be on this host; names are compared, not looked up. */
    boolean isLedFrom(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        return head.filter(bare::equalsIgnoreCase).isPresent();
    }

    private static Optional<String> head(CommandWords command) {
        return HEAD_OPTIONS.stream()
                .flatMap(option -> command.value(option).stream())
                .map(GroupRank::withoutPort)
                .filter(host -> !host.isEmpty())
                .findFirst();
    }

    private static String withoutPort(String address) {
        Matcher parts = HOST_AND_PORT.matcher(address);
        if (!parts.matches()) {
            return address;
        }
        return parts.group(1) == null ? parts.group(2) : parts.group(1);
    }

    private static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
