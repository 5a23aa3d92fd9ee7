package io.joulegram.agent.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to write to a ledger, which one process has at a time: a lock of the operating system on a file beside it,
 * so that it ends with the process however that ends.
 */
public final class LedgerLock implements AutoCloseable {
    private static final int PID_BYTES = 20;

    private final FileChannel channel;

    private LedgerLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock, and makes the directory of the ledger if it is missing.
     *
     * @throws LedgerException if another process has it, or if the directory cannot be written to
     */
    public static LedgerLock take(Path ledger) throws LedgerException {
        Path file = beside(ledger);
        FileChannel channel = null;
        try {
            Path directory = ledger.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            file = beside(Files.exists(ledger) ? ledger.toRealPath() : ledger);
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                sign(channel);
                return new LedgerLock(channel);
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process: refused below, like any other holder.
        } catch (IOException e) {
            closeQuietly(channel);
            throw new LedgerException(
                    LedgerException.Kind.UNAVAILABLE,
                    "ledger.path: " + ledger + " cannot be written to: " + e
                            + "; choose a directory that this user owns");
        }
        closeQuietly(channel);
        throw new LedgerException(
                LedgerException.Kind.IN_USE,
                "ledger.path: " + ledger + " is in use by another agent" + holder(file)
                        + "; give each agent a ledger of its own");
    }

    /** One file has one lock, by whatever links it is reached. */
    private static Path beside(Path ledger) {
        return ledger.resolveSibling(ledger.getFileName() + ".lock");
    }

    /** Leaves the number of this process for those that are refused. */
    private static void sign(FileChannel channel) {
        try {
            channel.truncate(0);
            String pid = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            // A full disk keeps nobody from the lock; whoever is refused is told less.
        }
    }

    private static String holder(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            String pid = new String(stream.readNBytes(PID_BYTES), StandardCharsets.US_ASCII).strip();
            return pid.matches("[0-9]+") ? ", process " + pid : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // Nothing was written through it.
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }
}
