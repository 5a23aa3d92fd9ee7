package io.joulegram.agent.serving;

import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ScrapeException;
import io.joulegram.tokens.ServerTarget;
import io.joulegram.tokens.TokenServer;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Servers whose counters the test makes up. */
final class Servers {
    private Servers() {}

    static ServerTarget target(int port, String... devices) {
        return new ServerTarget(
                "127.0.0.1:" + port,
                URI.create("http://127.0.0.1:" + port),
                Optional.of("vllm"),
                Optional.empty(),
                List.of(devices));
    }

    /** One whose API is on another host. */
    static ServerTarget elsewhere(String address, String... devices) {
        return new ServerTarget(
                address,
                URI.create("http://" + address),
                Optional.of("vllm"),
                Optional.empty(),
                List.of(devices),
                Optional.empty(),
                Optional.empty(),
                CountingHost.ELSEWHERE);
    }

    /** A server without models that fails at every scrape whose number, from 1, is in the list. */
    static TokenServer failingAt(ServerTarget target, Integer... scrapes) {
        AtomicInteger count = new AtomicInteger();
        return new TokenServer() {
            @Override
            public ServerTarget target() {
                return target;
            }

            @Override
            public Scrape scrape() throws ScrapeException {
                if (List.of(scrapes).contains(count.incrementAndGet())) {
                    throw new ScrapeException(ScrapeException.Reason.UNREACHABLE, "on purpose");
                }
                EngineTraits traits = new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED);
                return new Scrape(System.nanoTime(), 0, traits, false, List.of());
            }
        };
    }
}
