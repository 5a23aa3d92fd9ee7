package io.joulegram.dashboards;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A request of Prometheus' remote-write protocol 1.0: {@code WriteRequest} of {@code prompb}, in the block format of Snappy,
 * all of it literal.
 */
final class RemoteWrite {
    private static final int LENGTH_DELIMITED = 2;
    private static final int DOUBLE = 1;
    private static final int MAX_LITERAL = 1 << 16;

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI receiver;
    private final ByteArrayOutputStream request = new ByteArrayOutputStream();

    RemoteWrite(URI prometheus) {
        receiver = prometheus.resolve("api/v1/write");
    }

    /** Adds samples of a series, by milliseconds since 1970. */
    void add(Scrape.Series series, long[] millis, double[] values, int count) {
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        label(one, "__name__", series.name());
        series.labels().forEach((name, value) -> label(one, name, value));
        for (int i = 0; i < count; i++) {
            ByteArrayOutputStream sample = new ByteArrayOutputStream(20);
            varint(sample, (1 << 3) | DOUBLE);
            sample.writeBytes(ByteBuffer.allocate(Double.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putDouble(values[i])
                    .array());
            varint(sample, 2 << 3);
            varint(sample, millis[i]);
            message(one, 2, sample.toByteArray());
        }
        message(request, 1, one.toByteArray());
    }

    private static void label(ByteArrayOutputStream to, String name, String value) {
        ByteArrayOutputStream label = new ByteArrayOutputStream();
        message(label, 1, name.getBytes(StandardCharsets.UTF_8));
        message(label, 2, value.getBytes(StandardCharsets.UTF_8));
        message(to, 1, label.toByteArray());
    }

    private static void message(ByteArrayOutputStream to, int field, byte[] content) {
        varint(to, ((long) field << 3) | LENGTH_DELIMITED);
        varint(to, content.length);
        to.writeBytes(content);
    }

    private static void varint(ByteArrayOutputStream to, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            to.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        to.write((int) rest);
    }

    /** Sends what was added, and begins anew. */
    void send() throws IOException, InterruptedException {
        HttpRequest post = HttpRequest.newBuilder(receiver)
                .header("Content-Encoding", "snappy")
                .header("Content-Type", "application/x-protobuf")
                .header("X-Prometheus-Remote-Write-Version", "0.1.0")
                .POST(BodyPublishers.ofByteArray(snappy(request.toByteArray())))
                .build();
        request.reset();
        var response = client.send(post, BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(receiver + ": " + response.statusCode() + " " + response.body());
        }
    }

    private static byte[] snappy(byte[] content) {
        ByteArrayOutputStream block = new ByteArrayOutputStream(content.length + content.length / 1000 + 16);
        varint(block, content.length);
        for (int from = 0; from < content.length; from += MAX_LITERAL) {
            int length = Math.min(MAX_LITERAL, content.length - from);
            // A literal whose length less one follows in two bytes.
            block.write(61 << 2);
            block.write((length - 1) & 0xff);
            block.write((length - 1) >> 8);
            block.write(content, from, length);
        }
        return block.toByteArray();
    }
}
