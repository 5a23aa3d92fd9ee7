package io.joulegram.agent.acceptance;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.power.rapl.SysfsTree;
import io.joulegram.tokens.FakeInferenceServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A command line that starts the packaged jar. Immutable: every method that adds something gives a new one.
 *
 * <p>The jar runs on the Java of the tests, or on the program that the environment variable {@code JOULEGRAM_JAVA}
 * names, with the options that the launcher gives it.
 */
public final class AgentCommand {
    /** Those of {@code ./joulegram}, less what it says of logs and archives. */
    static final List<String> LAUNCHER_OPTIONS = List.of(
            "-XX:+UseSerialGC",
            "-Xms8m",
            "-Xmn3m",
            "-Xmx48m",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError");

    private final List<String> jvmOptions;
    private final List<String> arguments;

    private AgentCommand(List<String> jvmOptions, List<String> arguments) {
        this.jvmOptions = List.copyOf(jvmOptions);
        this.arguments = List.copyOf(arguments);
    }

    /** The jar with these arguments and no others. */
    public static AgentCommand of(String... arguments) {
        return new AgentCommand(LAUNCHER_OPTIONS, List.of(arguments));
    }

    /** The daemon on a free port of the loopback address. */
    public static AgentCommand run() {
        return runOn(0);
    }

    /** The daemon on this port of the loopback address. */
    public static AgentCommand runOn(int port) {
        return of("run", "--web.listen-address", "127.0.0.1:" + port);
    }

    /** With these GPUs. */
    public AgentCommand gpus(NvmlStandIn gpus) {
        return with("--nvml.library", gpus.library().toString());
    }

    /** With the kernel's files of a made host. */
    public AgentCommand host(SysfsTree tree) {
        return sysfs(tree.sysfsRoot()).with("--path.procfs", tree.procfsRoot().toString());
    }

    /** With this in place of {@code /sys}. */
    public AgentCommand sysfs(Path root) {
        return with("--path.sysfs", root.toString());
    }

    /** With this server, and no search for others. */
    public AgentCommand server(FakeInferenceServer server) {
        return with("--server", "vllm+http://127.0.0.1:" + server.port());
    }

    /** Without servers, and no search for any. */
    public AgentCommand noServer() {
        return with("--server", "none");
    }

    /** With further arguments. */
    public AgentCommand with(String... more) {
        return new AgentCommand(jvmOptions, joined(arguments, List.of(more)));
    }

    /** With further options of the virtual machine. */
    public AgentCommand jvm(List<String> more) {
        return new AgentCommand(joined(jvmOptions, more), arguments);
    }

    private static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /** A port that nobody listens on, for an agent whose port must be known before it starts. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** The program that runs the jar. */
    static String java() {
        return Optional.ofNullable(System.getenv("JOULEGRAM_JAVA"))
                .orElseGet(() ->
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }

    /** The program and its arguments. */
    public List<String> line() {
        List<String> jar = List.of("-jar", System.getProperty("joulegram.jar", "target/joulegram.jar"));
        return Stream.of(List.of(java()), jvmOptions, jar, arguments)
                .flatMap(List::stream)
                .toList();
    }

    /** Starts it. */
    AgentProcess start() throws IOException {
        return AgentProcess.start(new ProcessBuilder(line()));
    }

    /** Starts it, to listen on this port, with redirections as a shell writes them. */
    AgentProcess start(int port, String redirections) throws IOException {
        List<String> shell = List.of("sh", "-c", "exec \"$@\" " + redirections, "sh");
        return AgentProcess.start(new ProcessBuilder(joined(shell, line())), port);
    }
}
