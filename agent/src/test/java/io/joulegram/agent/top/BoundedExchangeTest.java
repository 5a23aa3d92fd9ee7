package io.joulegram.agent.top;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a server that answers in part, or without end. */
@Timeout(60)
final class BoundedExchangeTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch hungUp = new CountDownLatch(1);
    private ServerSocket socket;
    private HttpClient client;

    @BeforeEach
    void listen() throws IOException {
        socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        client = AgentReader.client(Optional.empty());
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    /** Answers with a head and a piece of a body: once and then nothing, or again and again. */
    private HttpRequest serve(String head, int pieceBytes, boolean endless) {
        Thread thread = new Thread(() -> {
            try (Socket connection = socket.accept()) {
                OutputStream out = connection.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\n" + head + "\r\n\r\n").getBytes(UTF_8));
                byte[] piece = new byte[pieceBytes];
                do {
                    out.write(piece);
                    begun.countDown();
                } while (endless);
                while (connection.getInputStream().read() >= 0) {
                    // The request, and then the end of the connection.
                }
                hungUp.countDown();
            } catch (IOException e) {
                hungUp.countDown();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/"))
                .build();
    }

    @Test
    void anAnswerThatStallsInItsBodyIsHungUpOn() throws Exception {
        HttpRequest request = serve("Content-Length: 100", 1, false);

        assertThatThrownBy(() -> BoundedExchange.await(client, request, Duration.ofMillis(300)))
                .isInstanceOf(HttpTimeoutException.class);
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anAnswerWithoutEndIsHungUpOn() throws Exception {
        HttpRequest request = serve("Connection: close", 65_536, true);

        assertThatThrownBy(() -> BoundedExchange.await(client, request, LONG))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer than the " + BoundedExchange.MAX_BYTES + " bytes that are allowed");
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatIsJustAllowedIsTaken() throws Exception {
        HttpRequest request = serve("Content-Length: " + BoundedExchange.MAX_BYTES, BoundedExchange.MAX_BYTES, false);

        assertThat(BoundedExchange.await(client, request, LONG).body()).hasSize(BoundedExchange.MAX_BYTES);
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        HttpRequest request = serve("Content-Length: 100", 1, false);
        Thread waiting = Thread.currentThread();
        Thread interrupting = new Thread(() -> {
            try {
                begun.await();
                waiting.interrupt();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        interrupting.start();

        assertThatThrownBy(() -> BoundedExchange.await(client, request, LONG)).isInstanceOf(InterruptedException.class);
        assertThat(hungUp.await(30, TimeUnit.SECONDS)).isTrue();
    }
}
