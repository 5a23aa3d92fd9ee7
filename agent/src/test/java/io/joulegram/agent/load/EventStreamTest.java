package io.joulegram.agent.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EventStreamTest {
    private static final String TEXT =
            ": a comment\n\ndata: {\"a\":1}\n\ndata:two\r\n\r\nevent: x\nid: 7\ndata: first\ndata: second\n\n"
                    + "data: \u00e4\u00f6\n\ndata:\n\ndata: [DONE]\n\ndata: never ended";

    private final List<String> events = new ArrayList<>();
    private final EventStream stream =
            new EventStream((data, length) -> events.add(new String(data, 0, length, StandardCharsets.UTF_8)));

    @Test
    void splitsEventsHoweverTheyAreCut() {
        byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
        for (int seed = 0; seed < 200; seed++) {
            events.clear();
            EventStream cut =
                    new EventStream((data, length) -> events.add(new String(data, 0, length, StandardCharsets.UTF_8)));
            Random random = new Random(seed);
            int at = 0;
            while (at < bytes.length) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(9));
                cut.take(Unpooled.wrappedBuffer(bytes, at, length));
                at += length;
            }
            assertThat(events)
                    .as("seed %d", seed)
                    .containsExactly("{\"a\":1}", "two", "first\nsecond", "\u00e4\u00f6", "", "[DONE]");
        }
    }

    @Test
    void refusesAnEventWithoutEnd() {
        ByteBuf lump = Unpooled.wrappedBuffer(new byte[1 << 16]);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 17; i++) {
                        stream.take(lump.duplicate());
                    }
                })
                .hasMessage("an event is larger than 1 MiB");
    }
}
