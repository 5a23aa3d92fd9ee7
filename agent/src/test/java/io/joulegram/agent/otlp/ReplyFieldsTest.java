package io.joulegram.agent.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReplyFieldsTest {
    @Test
    void readsWhatTheOfficialClassesWrite() {
        byte[] reply = ExportMetricsServiceResponse.newBuilder()
                .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                        .setRejectedDataPoints(3_000_000_000L)
                        .setErrorMessage("too old \u2013 by far"))
                .build()
                .toByteArray();

        ReplyFields partial = ReplyFields.of(reply).message(1).orElseThrow();

        assertThat(partial.number(1)).hasValue(3_000_000_000L);
        assertThat(partial.text(2)).contains("too old \u2013 by far");
        assertThat(partial.text(3)).isEmpty();
        assertThat(ReplyFields.of(new byte[0]).message(1)).isEmpty();
    }

    @Test
    void bytesThatAreNoMessageHaveNoFields() {
        assertThat(ReplyFields.of("<html>no</html>".getBytes(StandardCharsets.UTF_8))
                        .message(1))
                .isEmpty();
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 50_000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 0 && random.nextBoolean()) {
                bytes[0] = 0x0a;
            }
            ReplyFields.of(bytes).message(1).ifPresent(inner -> {
                assertThat(inner.number(1)).isNotNull();
                assertThat(inner.text(2)).isNotNull();
            });
        }
    }
}
