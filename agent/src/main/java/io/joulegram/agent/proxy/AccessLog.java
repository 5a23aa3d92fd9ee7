package io.joulegram.agent.proxy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file with one line of JSON for each request, written when no more energy comes for it. Thread-safe. */
final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    private final Path file;
    private final OutputStream out;
    private boolean failed;

    private AccessLog(Path file, OutputStream out) {
        this.file = file;
        this.out = out;
    }

    /**
     * Opens a file, to write at its end.
     *
     * @throws IOException if it cannot be written
     */
    static AccessLog open(Path file) throws IOException {
        try {
            return new AccessLog(
                    file,
                    new BufferedOutputStream(
                            Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)));
        } catch (IOException e) {
            throw new IOException("the access log " + file + " cannot be written: " + e, e);
        }
    }

    /** Writes a request. A disk that is full costs lines, never requests. */
    synchronized void write(MeteredRequest request) {
        try {
            out.write(RequestDocument.of(request));
            out.write('\n');
            out.flush();
            failed = false;
        } catch (IOException e) {
            if (!failed) {
                LOG.warn("{}: lines are lost: {}", file, e.toString());
            }
            failed = true;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
