package io.joulegram.agent.control;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One line each way over a connection, bounded in length and time, whatever the other side does. One thread. */
final class LineChannel implements Closeable {
    private static final int MAX_BYTES = 2_048;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private LineChannel(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        key = channel.register(selector, 0);
    }

    /** Takes over the connection; closes it if that fails. */
    static LineChannel of(SocketChannel channel) throws IOException {
        try {
            Selector selector = Selector.open();
            try {
                return new LineChannel(channel, selector);
            } catch (IOException | RuntimeException e) {
                selector.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Reads up to the end of the first line.
     *
     * @throws IOException if there is none in time, or it is longer than 2 KiB
     */
    String read(long timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
        while (true) {
            await(SelectionKey.OP_READ, deadline);
            int begin = bytes.position();
            if (channel.read(bytes) < 0) {
                throw new IOException("the connection ended in the middle of a line");
            }
            for (int i = begin; i < bytes.position(); i++) {
                if (bytes.get(i) == '\n') {
                    return new String(bytes.array(), 0, i, StandardCharsets.UTF_8);
                }
            }
            if (!bytes.hasRemaining()) {
                throw new IOException("a line is longer than " + MAX_BYTES + " bytes");
            }
        }
    }

    /** Writes a line; line ends inside it become spaces. */
    void write(String line, long timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        String one = line.replaceAll("\\R", " ");
        byte[] text = one.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(text.length, MAX_BYTES - 1) + 1);
        bytes.put(text, 0, bytes.capacity() - 1).put((byte) '\n').flip();
        while (bytes.hasRemaining()) {
            await(SelectionKey.OP_WRITE, deadline);
            channel.write(bytes);
        }
    }

    private void await(int operation, long deadlineNanos) throws IOException {
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
        key.interestOps(operation);
        if (left <= 0 || selector.select(left) == 0) {
            throw new IOException("timed out");
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        try (selector) {
            channel.close();
        }
    }
}
