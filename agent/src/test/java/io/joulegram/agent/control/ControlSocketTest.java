package io.joulegram.agent.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.SamplingPlan;
import io.joulegram.agent.energy.SourceSupervisor;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceUnavailableException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ControlSocketTest {
    private record Missing(String name) implements PowerSourceProvider {
        @Override
        public List<PowerSource> open() throws SourceUnavailableException {
            throw new SourceUnavailableException("is not here", "");
        }
    }

    private final SourceSupervisor supervisor = new SourceSupervisor(
            new EnergyBook(
                    new SamplingPlan(
                            Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofMillis(10), Duration.ofSeconds(2)),
                    System::nanoTime),
            List.of(List.of(new Missing("nvml"))));
    private final ControlRequests requests = new ControlRequests(supervisor);

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void start() {
        file = directory.resolve("control.sock");
        supervisor.start();
    }

    @AfterEach
    void end() {
        supervisor.close();
    }

    @Test
    void quiescesAndResumes() throws Exception {
        try (ControlSocket socket = ControlSocket.open(file, requests)) {
            assertThat(socket).isNotNull();
            assertThat(ControlClient.ask(file, "quiesce nvml 600"))
                    .matches("ok: nvml is released until \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
            assertThat(ControlClient.ask(file, "resume nvml")).isEqualTo("ok: nvml is opened again");
            assertThat(ControlClient.ask(file, "resume nvml")).isEqualTo("ok: nvml was not quiesced");
        }
        assertThat(file).doesNotExist();
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "quiesce",
                "quiesce nvml",
                "quiesce nvml -1",
                "quiesce nvml 0",
                "quiesce nvml 86401",
                "quiesce nvml 9999999999",
                "quiesce rapl 10",
                "resume rapl",
                "stop",
                "quiesce nvml 10 now",
                "GET / HTTP/1.1"
            })
    void whatIsNoRequestIsAnError(String request) throws Exception {
        try (ControlSocket socket = ControlSocket.open(file, requests)) {
            assertThat(socket).isNotNull();
            assertThat(ControlClient.ask(file, request)).startsWith("error: ");
            assertThat(supervisor.resume("nvml")).contains(false);
        }
    }

    @Test
    void onlyItsUserMayConnect() throws Exception {
        try (ControlSocket socket = ControlSocket.open(file, requests)) {
            assertThat(socket).isNotNull();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void clientsThatSayNothingOrTooMuchHoldUpNobody() throws Exception {
        try (ControlSocket socket = ControlSocket.open(file, requests);
                SocketChannel silent = SocketChannel.open(StandardProtocolFamily.UNIX);
                SocketChannel chatty = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            assertThat(socket).isNotNull();
            silent.connect(UnixDomainSocketAddress.of(file));
            chatty.connect(UnixDomainSocketAddress.of(file));
            chatty.write(ByteBuffer.wrap("x".repeat(4_000).getBytes(StandardCharsets.UTF_8)));

            assertThat(ControlClient.ask(file, "resume nvml")).startsWith("ok: ");
        }
    }

    @Test
    void socketThatIsLeftBehindIsReplaced() throws Exception {
        try (var left = java.nio.channels.ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            left.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
        try (ControlSocket socket = ControlSocket.open(file, requests)) {
            assertThat(socket).isNotNull();
            assertThat(ControlClient.ask(file, "resume nvml")).startsWith("ok: ");
        }
    }

    @Test
    void socketOfAnotherAgentIsLeftToIt() throws Exception {
        try (ControlSocket first = ControlSocket.open(file, requests)) {
            assertThat(first).isNotNull();
            assertThatExceptionOfType(ControlException.class)
                    .isThrownBy(() -> ControlSocket.open(file, requests))
                    .withMessageContaining("another agent listens on the control socket " + file);
            assertThat(ControlClient.ask(file, "resume nvml")).startsWith("ok: ");
        }
    }

    @Test
    void fileThatIsNoSocketIsLeftAlone() throws Exception {
        Files.writeString(file, "precious");
        assertThatExceptionOfType(ControlException.class)
                .isThrownBy(() -> ControlSocket.open(file, requests))
                .withMessageContaining(file + " is there already and is no socket");
        assertThat(file).hasContent("precious");
    }

    @Test
    void directoryThatIsMissingAndPathThatIsTooLongAreErrors() {
        assertThatExceptionOfType(ControlException.class)
                .isThrownBy(() -> ControlSocket.open(directory.resolve("missing/control.sock"), requests))
                .withMessageContaining("cannot be made");
        assertThatExceptionOfType(ControlException.class)
                .isThrownBy(() -> ControlClient.ask(directory.resolve("x".repeat(200)), "resume nvml"))
                .withMessageContaining("no agent answers on");
    }

    @Test
    void clientWithoutAnAgentIsAnError() {
        assertThatExceptionOfType(ControlException.class)
                .isThrownBy(() -> ControlClient.ask(file, "resume nvml"))
                .withMessageContaining("no agent answers on " + file)
                .withMessageContaining("--socket FILE");
    }
}
