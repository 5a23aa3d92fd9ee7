package io.joulegram.agent.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class UsageAdditionTest {
    @Test
    void onlyTheEventThatTellsTokensIsAlteredHoweverTheStreamIsCut() {
        String before = ": remark\r\ndata: {\"text\":\"\u00e4\"}\n\ndata: {\"x\":\"" + "z".repeat(200_000)
                + "\"}\n\nevent: {}\n\ndata: [DONE]\n\ndata: {\"usage\":{}";
        String after = "} \r\n\r\ndata: tail without end}";
        byte[] stream = (before + after).getBytes(UTF_8);
        byte[] expected = (before + ",\"joulegram\":1" + after).getBytes(UTF_8);
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            UsageAddition addition =
                    new UsageAddition((line, from, to) -> new String(line, from, to - from, UTF_8).contains("usage")
                            ? Optional.of("\"joulegram\":1".getBytes(UTF_8))
                            : Optional.empty());
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int from = 0; from < stream.length; ) {
                int size = Math.min(stream.length - from, 1 + random.nextInt(seed < 5 ? 50 : 150_000));
                from += size;
                ByteBuf passed =
                        addition.pass(Unpooled.wrappedBuffer(stream, from - size, size), from == stream.length);
                out.writeBytes(bytes(passed));
            }
            assertThat(out.toByteArray()).isEqualTo(expected);
        }
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }
}
