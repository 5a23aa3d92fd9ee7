package io.joulegram.agent.sse;

import static org.assertj.core.api.Assertions.assertThat;

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
    private final EventStream stream = stream(1 << 20);

    private EventStream stream(int maxBytes) {
        return new EventStream(
                maxBytes,
                (data, length, whole) ->
                        events.add((whole ? "" : "cut ") + new String(data, 0, length, StandardCharsets.UTF_8)));
    }

    @Test
    void splitsEventsHoweverTheyAreCut() {
        byte[] bytes = TEXT.getBytes(StandardCharsets.UTF_8);
        for (int seed = 0; seed < 200; seed++) {
            events.clear();
            EventStream cut = stream(1 << 20);
            Random random = new Random(seed);
            int at = 0;
            while (at < bytes.length) {
                int length = Math.min(bytes.length - at, 1 + random.nextInt(9));
                cut.see(Unpooled.wrappedBuffer(bytes, at, length));
                at += length;
            }
            assertThat(events)
                    .as("seed %d", seed)
                    .containsExactly("{\"a\":1}", "two", "first\nsecond", "\u00e4\u00f6", "", "[DONE]");
        }
    }

    @Test
    void anEventWithoutEndIsCutAndKeepsNoMore() {
        ByteBuf lump = Unpooled.wrappedBuffer(("data: " + "x".repeat(1 << 16)).getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 15; i++) {
            stream.see(lump.duplicate());
        }
        assertThat(stream.isCut()).isFalse();
        stream.see(lump.duplicate());
        assertThat(stream.isCut()).isTrue();
        see(stream, "\n\ndata: next\n\n");

        assertThat(events).hasSize(2);
        assertThat(events.get(0)).startsWith("cut x").hasSizeBetween((1 << 20) - 8, (1 << 20) + 4);
        assertThat(events.get(1)).isEqualTo("next");
        assertThat(stream.isCut()).isFalse();
    }

    @Test
    void manyLinesOfOneEventAreCutTogetherAndCommentsAreNot() {
        EventStream small = stream(16);

        see(small, ": a comment that is longer than what is kept\ndata: 0123456\ndata: 789abcdef\n");
        assertThat(small.isCut()).isTrue();
        see(small, "data: more\n\ndata: a\ndata: b\n\n");

        assertThat(events).containsExactly("cut 0123456\n789abcde", "a\nb");
    }

    @Test
    void whatLacksButItsEndIsWholeAtTheEnd() {
        see(stream, "data: one\n\ndata: two");
        stream.end();
        stream.end();

        assertThat(events).containsExactly("one", "two");
    }

    private static void see(EventStream stream, String text) {
        stream.see(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }
}
