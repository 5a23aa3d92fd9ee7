package io.joulegram.agent.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessLogTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A disk on which so many bytes have room. */
    private static final class Disk implements WritableByteChannel {
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        int room;

        Disk(int room) {
            this.room = room;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("No space left on device");
            }
            int length = Math.min(room, bytes.remaining());
            byte[] part = new byte[length];
            bytes.get(part);
            written.writeBytes(part);
            room -= length;
            return length;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void aLineThatTheDiskCutDoesNotSpoilTheNext(int room) throws Exception {
        Disk disk = new Disk(room);
        try (AccessLog log = new AccessLog(Path.of("access.log"), disk)) {
            log.write(request("cut"));
            log.write(request("lost"));
            disk.room = Integer.MAX_VALUE;
            log.write(request("first"));
            log.write(request("second"));
        }
        String[] lines = disk.written.toString(UTF_8).split("\n");
        assertThat(lines).hasSize(room == 0 ? 2 : 3);
        assertThat(id(lines[lines.length - 2])).isEqualTo("first");
        assertThat(id(lines[lines.length - 1])).isEqualTo("second");
    }

    private static String id(String line) throws IOException {
        return JSON.readTree(line).path("joulegram.request.id").asText();
    }

    private static MeteredRequest request(String id) {
        return new MeteredRequest(new MeteredRequest.Origin(id, "other", "/v1/chat/completions", "", 0));
    }
}
