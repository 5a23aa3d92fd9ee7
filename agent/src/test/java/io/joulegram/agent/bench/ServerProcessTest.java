package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a study has started is gone when it is over, whatever the server makes of it. */
@Timeout(60)
final class ServerProcessTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir
    private Path folder;

    private ServerProcess start(String command, Duration toStop) throws Exception {
        return ServerProcess.start(new ServerChoice("s", Optional.of(command)), command, folder, toStop);
    }

    /** The processes whose numbers it has printed, as soon as there are so many. */
    private List<ProcessHandle> printed(int count) throws Exception {
        Path log = folder.resolve("server-s.log");
        List<String> lines = List.of();
        while (lines.size() < count) {
            Thread.sleep(20);
            lines = Files.readString(log).endsWith("\n") ? Files.readAllLines(log) : List.of();
        }
        return lines.stream()
                .map(line -> ProcessHandle.of(Long.parseLong(line)).orElseThrow())
                .toList();
    }

    private static void assertGone(List<ProcessHandle> handles) {
        assertThat(handles).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void thoseThatDoNotWantToEndAreKilledTogether() throws Exception {
        ServerProcess server =
                start("trap '' TERM; sleep 300 & echo $!; sleep 301 & echo $!; echo $$; wait; wait", SHORT);
        List<ProcessHandle> handles = printed(3);
        server.close();
        assertGone(handles);
    }

    @Test
    void anInterruptionEndsThePatience() throws Exception {
        ServerProcess server = start("trap '' TERM; sleep 300 & echo $!; echo $$; wait; wait", Duration.ofHours(1));
        List<ProcessHandle> handles = printed(2);
        Thread.currentThread().interrupt();
        server.close();
        assertThat(Thread.interrupted()).isTrue();
        assertGone(handles);
    }

    @Test
    void whatAShellThatIsGoneHasStartedIsStoppedToo() throws Exception {
        HttpServer models = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        models.createContext("/v1/models", exchange -> exchange.sendResponseHeaders(200, -1));
        models.start();
        try {
            ServerProcess server = start("sleep 300 & echo $!; echo $$; wait", Duration.ofSeconds(20));
            List<ProcessHandle> handles = printed(2);
            URI uri = URI.create("http://127.0.0.1:" + models.getAddress().getPort() + "/");
            server.awaitReady(new TargetModels(uri, Optional.empty(), Optional.empty()), Duration.ofSeconds(20));
            // As Ctrl-C in a terminal does, which tells the shell as well.
            handles.get(1).destroyForcibly();
            handles.get(1).onExit().get();
            assertThat(handles.get(0).isAlive()).isTrue();
            server.close();
            assertGone(handles);
        } finally {
            models.stop(0);
        }
    }
}
