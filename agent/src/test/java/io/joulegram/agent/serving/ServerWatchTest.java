package io.joulegram.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

final class ServerWatchTest {
    private final List<ServerEvent> events = new CopyOnWriteArrayList<>();

    @Test
    void tellsEveryOutcomeInOrderAndGoesOnAfterFailures() {
        try (ServerWatch watch =
                new ServerWatch(Servers.failingAt(Servers.target(8000), 2, 3), Duration.ofMillis(5), events::add)) {
            assertThat(watch.lastError()).isEqualTo("not scraped yet");
            watch.start();
            await().until(() -> events.size() >= 5);

            List<ServerEvent> first = List.copyOf(events).subList(0, 5);
            assertThat(first)
                    .extracting(event -> event instanceof ServerEvent.Scraped)
                    .containsExactly(true, false, false, true, true);
            assertThat(first).isSortedAccordingTo((a, b) -> Long.signum(a.atNanos() - b.atNanos()));
            assertThat(watch.errors()).isEqualTo(Map.of("unreachable", 2L));
            assertThat(watch.lastError()).isEmpty();
            assertThat(watch.traits().orElseThrow().engine()).isEqualTo("vllm");
        }
    }

    @Test
    void keepsWhatTheCountersMeanWhileTheServerIsDown() {
        try (ServerWatch watch = new ServerWatch(
                Servers.failingAt(Servers.target(8000), 2, 3, 4, 5, 6, 7, 8, 9), Duration.ofMillis(5), events::add)) {
            watch.start();
            await().until(() -> events.size() >= 2);

            assertThat(watch.lastError()).isEqualTo("on purpose");
            assertThat(watch.traits()).isPresent();
        }
    }

    @Test
    void endsWhenItIsClosed() {
        ServerWatch watch = new ServerWatch(Servers.failingAt(Servers.target(8000)), Duration.ofMillis(1), events::add);
        watch.start();
        await().until(() -> !events.isEmpty());
        watch.close();

        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("scraper-127.0.0.1:8000")));
        assertThat(watch.inFlightSinceNanos()).isEqualTo(Long.MAX_VALUE);
    }
}
