package io.joulegram.agent.load;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Notes a long load, in a process of its own, whose heap could not hold the instants of all its tokens. */
final class LongLoad {
    static final int REQUESTS = 12_000;
    static final int TOKENS = 500;
    static final int PARTS = 10;
    private static final long SPAN_NANOS = 600_000_000_000L;
    private static final byte[] TEXT = "{\"choices\":[{\"text\":\"a\"}]}".getBytes(StandardCharsets.UTF_8);

    private LongLoad() {}

    /** Writes how many tokens there were, and what 99 % of the times between two are below: as told, and truly. */
    public static void main(String[] args) {
        SplittableRandom random = new SplittableRandom(20);
        List<WindowTally> parts = new ArrayList<>();
        for (int part = 0; part < PARTS; part++) {
            parts.add(new WindowTally(SPAN_NANOS * part / PARTS, SPAN_NANOS * (part + 1) / PARTS));
        }
        Chunk chunk = Chunk.parse(TEXT, TEXT.length);
        Target target = new Target(URI.create("http://127.0.0.1/"), Api.COMPLETIONS, "m", Optional.empty());
        Connection connection = new Connection(target, new ArrayDeque<>(), System::nanoTime, again -> {});
        for (int i = 0; i < REQUESTS; i++) {
            long at = random.nextLong(SPAN_NANOS / 2);
            RequestRecord request =
                    new RequestRecord(new RequestShape(5, TOKENS, Optional.empty()), at, new byte[0], over -> {});
            request.sent(connection, at);
            request.came(chunk, at);
            for (int token = 1; token < TOKENS; token++) {
                // Evenly from 0 to 20 ms.
                at += random.nextLong(20_000_000L);
                request.came(chunk, at);
            }
            request.ended(at);
            parts.forEach(part -> part.add(request, 1));
        }
        LoadWindow all = parts.stream()
                .map(part -> part.window(part.until()))
                .reduce(LoadWindow::plus)
                .orElseThrow();
        System.out.println(all.outputTokens() + " "
                + all.interTokenSeconds().quantile(0.99).orElseThrow());
    }
}
