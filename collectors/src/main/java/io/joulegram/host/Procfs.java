package io.joulegram.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Bounded reads of a procfs. Its files tell a size of 0, so only the bytes that come can be counted; and a process may
 * end between opening and reading, which the kernel tells as {@code ESRCH}: to the caller, every failure is an
 * {@link IOException}.
 */
final class Procfs {
    private final Path root;

    /** @param root where procfs is mounted, {@code /proc} as a rule */
    Procfs(Path root) {
        this.root = root;
    }

    /** A path below the root. */
    Path path(String relative) {
        return root.resolve(relative);
    }

    /**
     * The processes that it shows, lowest first.
     *
     * @param most the most that are told
     * @throws IOException if it cannot be listed
     */
    List<Integer> pids(int most) throws IOException {
        List<Integer> pids = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                OptionalInt pid = pidOf(entry);
                if (pid.isPresent() && pids.size() < most) {
                    pids.add(pid.getAsInt());
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(pids);
        return pids;
    }

    private static OptionalInt pidOf(Path entry) {
        String name = entry.getFileName().toString();
        // A pid has at most 7 digits (PID_MAX_LIMIT is 4,194,304).
        boolean number = name.length() <= 7 && name.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? OptionalInt.of(Integer.parseInt(name)) : OptionalInt.empty();
    }

    /**
     * A whole file.
     *
     * @param maxBytes the most that is read
     * @throws IOException if the file cannot be read or is larger
     */
    String text(String relative, int maxBytes) throws IOException {
        Path file = path(relative);
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException(file + " is larger than the " + maxBytes + " bytes allowed");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /**
     * The lines of a file that may be large, one at a time.
     *
     * @param maxBytes the most that is read; lines beyond it are left out
     * @throws IOException if the file cannot be read
     */
    void lines(String relative, long maxBytes, Consumer<String> consumer) throws IOException {
        try (InputStream in = new Capped(Files.newInputStream(path(relative)), maxBytes);
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                consumer.accept(line);
            }
        }
    }

    /** Ends after a number of bytes. */
    private static final class Capped extends InputStream {
        private final InputStream in;
        private long left;

        Capped(InputStream in, long maxBytes) {
            this.in = in;
            this.left = maxBytes;
        }

        @Override
        public int read() throws IOException {
            int value = left > 0 ? in.read() : -1;
            left--;
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int count = in.read(buffer, offset, (int) Math.min(length, left));
            left -= count;
            return count;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
