package io.joulegram.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.attribution.ModelAccount;
import io.joulegram.agent.attribution.Phase;
import io.joulegram.agent.attribution.SimulatedLlama;
import io.joulegram.agent.attribution.SimulatedLlama.Request;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Energy of requests of a server that counts output when they end, and of which each lasts for several scrapes. */
final class LongRequestsTest {
    private static final double NANOS_PER_MILLI = 1e6;

    private final EnergyBooks books = new EnergyBooks(request -> {});
    private final Map<Request, MeteredRequest> metered = new LinkedHashMap<>();

    /** Sees what the proxy would see of a stream. */
    private final class Seen implements SimulatedLlama.Witness {
        private final SimulatedLlama server;

        Seen(int slots) {
            server = new SimulatedLlama(slots, 12_000, 100, 0, this);
        }

        @Override
        public void began(Request request) {
            MeteredRequest seen = new MeteredRequest(
                    new MeteredRequest.Origin("r" + metered.size(), "t", "/v1/completions", "", server.millis()));
            seen.work().sent(5 * request.prompt());
            seen.work().streams();
            metered.put(request, seen);
            books.begin(seen);
        }

        @Override
        public void wrote(Request request) {
            MeteredRequest seen = Objects.requireNonNull(metered.get(request));
            seen.work().chunk(server.millis());
            if (request.isOver()) {
                Usage usage = new Usage(request.prompt(), 0, request.output());
                seen.work().told(server.millis(), usage);
                books.habits().note(5L * request.prompt(), server.millis(), usage);
                seen.end(server.millis(), MeteredRequest.Outcome.COMPLETED);
            }
        }

        @Override
        public void scraped() {
            ModelAccount account = server.account();
            account.bookedUntilNanos()
                    .ifPresent(until -> books.settle(List.of(new ModelReading(
                            "m",
                            Math.round(until / NANOS_PER_MILLI),
                            account.amounts(Phase.PREFILL).totalMicrojoules(),
                            account.amounts(Phase.DECODE).totalMicrojoules(),
                            account.amounts(Phase.IDLE).totalMicrojoules(),
                            account.promptTokens().orElseThrow(),
                            account.madeTokens().orElseThrow(),
                            OptionalDouble.empty()))));
        }
    }

    /**
     * Slots, gap between requests: where there are gaps, slots fill and empty within intervals.
     */
    @ParameterizedTest
    @CsvSource({"1, 0", "1, 6000000", "4, 0", "4, 2000000", "4, 500000", "8, 300000"})
    void eachHasWhatItTook(int slots, long gapMicros) {
        SimulatedLlama server = new Seen(slots).server;
        server.rest(8_500_000);
        server.serve(800, 400, gapMicros);
        server.rest(3_000_000);

        double off = 0;
        double all = 0;
        for (Map.Entry<Request, MeteredRequest> one : metered.entrySet()) {
            double took = one.getKey().prefillMicrojoules() + one.getKey().decodeMicrojoules();
            off += Math.abs(one.getValue().energy().microjoules() - took);
            all += took;
        }
        assertThat(off / all).isLessThan(0.01);
        assertThat(books.use().bypass().microjoules() / all).isLessThan(0.001);
    }
}
