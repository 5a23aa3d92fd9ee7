package io.joulegram.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosixFileTest {
    @TempDir
    Path directory;

    private final NativeBuffer buffer = new NativeBuffer(16);

    @Test
    void readsOnAndReadsAtAPlace() throws Exception {
        try (PosixFile file = PosixFile.openReadOnly(write("0123456789"))) {
            assertThat(file.read(buffer, 4)).isEqualTo(4);
            assertThat(content(4)).isEqualTo("0123");
            assertThat(file.read(buffer, 4)).isEqualTo(4);
            assertThat(content(4)).isEqualTo("4567");
            assertThat(file.readAt(buffer, 16, 1)).isEqualTo(9);
            assertThat(content(9)).isEqualTo("123456789");
            assertThat(file.readAt(buffer, 16, 10)).isZero();
        }
    }

    @Test
    void namesTheCallThePathAndTheErrorOfAFailedOpen() {
        Path missing = directory.resolve("missing");

        assertThatExceptionOfType(PosixException.class)
                .isThrownBy(() -> PosixFile.openReadOnly(missing))
                .withMessage("open " + missing + ": ENOENT")
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }

    @Test
    void tellsTheErrorOfAFailedRead() throws Exception {
        PosixFile opened = PosixFile.openReadOnly(directory);
        try (opened) {
            assertThat(opened.readAt(buffer, 16, 0)).isEqualTo(-Errno.EISDIR);
        }
        assertThat(opened.readAt(buffer, 16, 0)).isEqualTo(-Errno.EBADF);
        opened.close();
    }

    @Test
    void survivesAnInterrupt() throws Exception {
        try (PosixFile file = PosixFile.openReadOnly(write("7"))) {
            Thread.currentThread().interrupt();
            assertThat(file.readAt(buffer, 16, 0)).isEqualTo(1);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.readAt(buffer, 16, 0)).isEqualTo(1);
        }
    }

    @Test
    void neverWritesBeyondTheBuffer() throws Exception {
        try (PosixFile file = PosixFile.openReadOnly(write("7"))) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> file.readAt(buffer, 17, 0));
            assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> file.read(buffer, -1));
        }
    }

    private Path write(String content) throws IOException {
        return Files.writeString(directory.resolve("file"), content);
    }

    private String content(int length) {
        byte[] copy = new byte[length];
        buffer.bytes().get(0, copy);
        return new String(copy, StandardCharsets.US_ASCII);
    }
}
