package io.joulegram.agent.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix-domain socket on which the daemon takes requests, one after the other. Only its own user and root may connect:
 * the file has mode 0600 before it is at its place. A client has two seconds to say its line.
 */
public final class ControlSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final long CLIENT_MILLIS = 2_000;
    private static final long RETRY_NANOS = 100_000_000;

    private final Path file;
    private final ServerSocketChannel server;
    private final ControlRequests requests;
    private final Thread thread = new Thread(this::serve, "control");

    private ControlSocket(Path file, ServerSocketChannel server, ControlRequests requests) {
        this.file = file;
        this.server = server;
        this.requests = requests;
        thread.setDaemon(true);
    }

    /**
     * Begins to listen.
     *
     * @param file where the socket is made; one that nobody listens on is replaced
     * @throws ControlException if it cannot be made
     */
    public static ControlSocket open(Path file, ControlRequests requests) throws ControlException {
        Path absolute = file.toAbsolutePath();
        try {
            if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS)) {
                refuseUnlessAbandoned(absolute);
            }
            ControlSocket socket = new ControlSocket(absolute, listen(absolute), requests);
            socket.thread.start();
            return socket;
        } catch (IOException | UnsupportedOperationException e) {
            throw new ControlException("the control socket " + absolute + " cannot be made: " + e, e);
        }
    }

    private static void refuseUnlessAbandoned(Path file) throws ControlException, IOException {
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new ControlException(
                    file + " is there already and is no socket; let control.socket name another file");
        }
        try (SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.connect(UnixDomainSocketAddress.of(file));
        } catch (IOException e) {
            LOG.debug("{}: left behind by an agent that is gone", file, e);
            return;
        }
        throw new ControlException("another agent listens on the control socket " + file
                + "; let control.socket name another file, or none");
    }

    /** Bound in a directory that is closed to others, and moved to its place when it is closed to them as well. */
    private static ServerSocketChannel listen(Path file) throws IOException {
        Path parent = file.getParent();
        Path directory = Files.createTempDirectory(
                parent, ".j", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Path made = directory.resolve("s");
        try {
            server.bind(UnixDomainSocketAddress.of(made));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            server.close();
            Files.deleteIfExists(made);
            throw e;
        } finally {
            Files.deleteIfExists(directory);
        }
        return server;
    }

    private void serve() {
        while (server.isOpen()) {
            try (LineChannel client = LineChannel.of(server.accept())) {
                client.write(requests.answer(client.read(CLIENT_MILLIS)), CLIENT_MILLIS);
            } catch (ClosedChannelException e) {
                LOG.debug("{}: closed", file, e);
            } catch (IOException e) {
                LOG.debug("{}: a client did not speak or listen", file, e);
                pause();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.error("{}: a request failed", file, e);
            }
        }
    }

    /** So that a system that gives no more connections is not asked without end. */
    private static void pause() {
        LockSupport.parkNanos(RETRY_NANOS);
    }

    /** Stops listening and removes the socket; does not wait for a request that is under way. */
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("{}: cannot be removed", file, e);
        }
    }
}
