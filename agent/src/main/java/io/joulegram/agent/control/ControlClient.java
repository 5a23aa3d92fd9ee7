package io.joulegram.agent.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Asks the running daemon for something. */
public final class ControlClient {
    private static final long SEND_MILLIS = 2_000;
    /** Longer than the daemon waits for a driver. */
    private static final long ANSWER_MILLIS = 40_000;

    private ControlClient() {}

    /**
     * Sends a request and returns the answer, a line that begins with {@code ok} or {@code error}.
     *
     * @param socket the daemon's control socket
     * @throws ControlException if nobody listens there, or does not answer
     */
    public static String ask(Path socket, String request) throws ControlException {
        try (LineChannel connection = LineChannel.of(connect(socket))) {
            connection.write(request, SEND_MILLIS);
            return connection.read(ANSWER_MILLIS);
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            throw new ControlException(
                    "no agent answers on " + socket + ": " + e.getMessage()
                            + ". Name the control.socket of the one that runs with --socket FILE, as its own user or root",
                    e);
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }
}
