package io.joulegram.agent.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A port of the loopback address that takes a request and answers with a TCP reset. */
final class ResettingPort implements AutoCloseable {
    private final ServerSocket listening;
    private final AtomicInteger resets = new AtomicInteger();
    private final CompletableFuture<Void> running;

    private ResettingPort(ServerSocket listening) {
        this.listening = listening;
        running = CompletableFuture.runAsync(this::run, task -> {
            Thread thread = new Thread(task, "resetting-port");
            thread.setDaemon(true);
            thread.start();
        });
    }

    static ResettingPort open(int port) throws IOException {
        return new ResettingPort(new ServerSocket(port, 8, InetAddress.getLoopbackAddress()));
    }

    /** How many connections it broke. */
    int resets() {
        return resets.get();
    }

    private void run() {
        try {
            while (true) {
                try (Socket socket = listening.accept()) {
                    if (socket.getInputStream().read() >= 0) {
                        // Closing without lingering sends RST in the place of FIN.
                        socket.setSoLinger(true, 0);
                        resets.incrementAndGet();
                    }
                }
            }
        } catch (IOException e) {
            if (!listening.isClosed()) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        // The port is free only when no thread waits at it any more.
        running.join();
    }
}
