package io.joulegram.agent.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file with one line of JSON for each request, written when no more energy comes for it. Thread-safe. */
final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    private final Path file;
    private final WritableByteChannel channel;
    private boolean failed;
    private boolean lineIsCut;

    /** @param channel appends to the file */
    AccessLog(Path file, WritableByteChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Opens a file, to write at its end.
     *
     * @throws IOException if it cannot be written
     */
    static AccessLog open(Path file) throws IOException {
        try {
            return new AccessLog(file, FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new IOException("the access log " + file + " cannot be written: " + e, e);
        }
    }

    /** Writes a request. A disk that is full costs lines, never requests. */
    synchronized void write(MeteredRequest request) {
        byte[] document = RequestDocument.of(request);
        ByteBuffer line = ByteBuffer.allocate(document.length + 2);
        if (lineIsCut) {
            line.put((byte) '\n');
        }
        line.put(document).put((byte) '\n').flip();
        try {
            while (line.hasRemaining()) {
                var unused = channel.write(line);
            }
            lineIsCut = false;
            if (failed) {
                LOG.info("{}: lines are written again", file);
            }
            failed = false;
        } catch (IOException e) {
            lineIsCut |= line.position() > 0;
            if (!failed) {
                LOG.warn("{}: lines are lost: {}", file, e.toString());
            }
            failed = true;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        channel.close();
    }
}
