package io.joulegram.agent.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.joulegram.agent.load.Chunk.Usage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class LoadGeneratorTest {
    private static final LoadRules SHORT =
            LoadRules.usual().lasting(Duration.ZERO, Duration.ofMillis(400), Duration.ofSeconds(20));
    private static final Pace ONE = new Pace.Concurrency(1);
    private final List<RequestRecord> requests = Collections.synchronizedList(new ArrayList<>());

    private LoadResult run(ScriptedServer server, Workload workload, Pace pace, LoadRules rules) throws Exception {
        Target target = new Target(server.uri(), Api.COMPLETIONS, "m", Optional.empty());
        try (LoadGenerator generator =
                LoadGenerator.open(target, new RequestBody(target, PromptForm.TOKENS, 100, true), Optional.empty())) {
            return generator.run(workload, pace, rules, 7, new LoadProgress() {
                @Override
                public void at(boolean steady, double ratio, int inFlight, long ended) {}

                @Override
                public void over(RequestRecord request) {
                    requests.add(request);
                }
            });
        }
    }

    /** What all requests did between two instants. */
    private LoadWindow window(long fromNanos, long untilNanos) {
        WindowTally tally = new WindowTally(fromNanos, untilNanos);
        requests.forEach(request -> tally.add(request, 1));
        return tally.window(untilNanos);
    }

    /** What all requests did. */
    private LoadWindow all() {
        return window(
                requests.get(0).intendedNanos() - 1,
                requests.get(requests.size() - 1).lastNanos() + 1);
    }

    private static void good(OutputStream out) throws Exception {
        ScriptedServer.write(
                out,
                ScriptedServer.HEAD
                        + ScriptedServer.token("a b")
                        + ScriptedServer.token("c")
                        + ScriptedServer.usage(5, 2, 4)
                        + ScriptedServer.chunk("[DONE]")
                        + ScriptedServer.END);
    }

    @Test
    void countsWhatTheServerCounts() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> good(out))) {
            LoadResult result = run(server, new FixedLengths(5, 4), new Pace.Concurrency(3), SHORT);

            assertThat(result.limit()).isEmpty();
            assertThat(result.failures()).isEmpty();
            assertThat(result.isMeasured()).isTrue();
            assertThat(requests).hasSizeGreaterThan(3).allSatisfy(request -> {
                assertThat(request.isWhole()).isTrue();
                assertThat(request.events()).isEqualTo(2);
                assertThat(request.outputTokens()).isEqualTo(4);
                assertThat(request.promptTokens()).isEqualTo(5);
                assertThat(request.cachedTokens()).isEqualTo(2);
                assertThat(request.body()).as("what was asked is not kept").isEmpty();
            });
            LoadWindow all = all();
            int count = requests.size();
            assertThat(all.requests()).isEqualTo(count);
            assertThat(all.outputTokens()).isEqualTo(4.0 * count);
            assertThat(all.promptTokens()).isEqualTo(5.0 * count);
            assertThat(all.servedPromptTokens()).isEqualTo(5.0 * count);
            assertThat(all.cachedTokens()).isEqualTo(2.0 * count);
            // Three tokens of the prompt attend to 3, 4 and 5, three of the answer to 6, 7 and 8.
            assertThat(all.attendedTokens()).isEqualTo(33.0 * count);
            assertThat(all.latencySeconds().size()).isEqualTo(count);
            assertThat(server.bodies())
                    .hasSize(count)
                    .doesNotHaveDuplicates()
                    .allMatch(body -> body.contains("\"include_usage\":true"))
                    .allMatch(body -> body.contains("\"ignore_eos\":true"));
        }
    }

    @Test
    void theSumOfPartsIsTheWhole() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> good(out))) {
            LoadResult result = run(server, new FixedLengths(5, 4), new Pace.Concurrency(2), SHORT);
            LoadResult.Part measured = result.whole();
            LoadWindow whole = window(measured.beginNanos(), measured.endNanos());
            LoadWindow sum = measured.load();
            assertThat(result.parts()).hasSize(10);
            assertThat(measured.endNanos() - measured.beginNanos())
                    .isEqualTo(SHORT.duration().toNanos());
            assertThat(sum.outputTokens()).isEqualTo(whole.outputTokens());
            assertThat(sum.attendedTokens()).isEqualTo(whole.attendedTokens());
            assertThat(sum.requests()).isCloseTo(whole.requests(), offset(1e-9));
            assertThat(sum.latencySeconds().size())
                    .isEqualTo(whole.latencySeconds().size());
            assertThat(sum.latencySeconds().quantile(0.9))
                    .isEqualTo(whole.latencySeconds().quantile(0.9));
            assertThat(sum.seconds()).isCloseTo(whole.seconds(), offset(1e-9));
        }
    }

    @Test
    void nothingIsLeftOutInAnOpenLoopThatLags() throws Exception {
        // Each answer takes 50 ms on its connection: what is due meanwhile goes over others, from when it was due.
        try (ScriptedServer server = new ScriptedServer((number, out) -> {
            Thread.sleep(50);
            good(out);
        })) {
            LoadRules rules = SHORT.lasting(Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(20));
            LoadResult result = run(server, new FixedLengths(5, 4), new Pace.Rate(100), rules);

            assertThat(result.failures()).isEmpty();
            // About 100 are due in a second; 60 or 140 are four standard deviations away.
            long due = requests.stream()
                    .filter(request -> request.intendedNanos() - result.whole().beginNanos() >= 0
                            && request.intendedNanos() - result.whole().endNanos() < 0)
                    .count();
            assertThat(due).isBetween(60L, 140L);
            assertThat(requests).allSatisfy(request -> {
                assertThat(request.isWhole()).isTrue();
                assertThat(request.sentNanos() - request.intendedNanos()).isNotNegative();
                assertThat(request.lastNanos() - request.intendedNanos()).isGreaterThanOrEqualTo(50_000_000L);
            });
        }
    }

    /** As llama.cpp does, which says that it keeps the connection, answers, and closes it. */
    @Test
    void aConnectionThatWasKeptAndIsClosedIsNoFailure() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> {
            good(out);
            Thread.sleep(5);
            throw new IOException("closed");
        })) {
            LoadResult result = run(server, new FixedLengths(5, 4), new Pace.Concurrency(3), SHORT);

            assertThat(result.limit()).isEmpty();
            assertThat(result.failures()).isEmpty();
            assertThat(requests).hasSizeGreaterThan(10).allMatch(RequestRecord::isWhole);
        }
    }

    @Test
    void arrivalsAreThoseOfThePoissonProcessOfTheSeed() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> good(out))) {
            LoadRules rules = SHORT.lasting(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(20));
            List<Long> gaps = gaps(server, rules);
            double mean = gaps.stream().mapToLong(gap -> gap).average().orElseThrow() / 1e9;
            double square = gaps.stream()
                    .mapToDouble(gap -> Math.pow(gap / 1e9 - mean, 2))
                    .average()
                    .orElseThrow();
            // Of an exponential distribution the deviation is the mean.
            assertThat(Math.sqrt(square) / mean).isBetween(0.7, 1.3);
            assertThat(mean).isBetween(1 / 260.0, 1 / 150.0);
        }
    }

    private List<Long> gaps(ScriptedServer server, LoadRules rules) throws Exception {
        run(server, new FixedLengths(5, 4), new Pace.Rate(200), rules);
        List<Long> due =
                requests.stream().map(RequestRecord::intendedNanos).sorted().toList();
        return IntStream.range(1, due.size())
                .mapToObj(i -> due.get(i) - due.get(i - 1))
                .toList();
    }

    private void assertLimit(ScriptedServer.Script script, Failure failure, String reason) throws Exception {
        assertLimit(script, failure, reason, Duration.ofSeconds(20));
    }

    private void assertLimit(ScriptedServer.Script script, Failure failure, String reason, Duration silence)
            throws Exception {
        try (ScriptedServer server = new ScriptedServer(script)) {
            LoadResult result =
                    run(server, new FixedLengths(5, 4), new Pace.Concurrency(8), SHORT.withSilence(silence));
            assertThat(result.isMeasured()).isFalse();
            assertThat(result.failures()).containsOnlyKeys(failure);
            assertThat(result.firstReason().orElseThrow()).contains(reason);
            assertThat(result.limit().orElseThrow()).contains("requests failed").contains(reason);
        }
    }

    @Test
    void aServerThatRefusesIsALimit() throws Exception {
        String body = "{\"error\":{\"message\":\"queue is full\"}}";
        assertLimit(
                (number, out) -> ScriptedServer.write(
                        out, "HTTP/1.1 429 Too Many\r\nContent-Length: " + body.length() + "\r\n\r\n" + body),
                Failure.REFUSED,
                "status 429: queue is full");
    }

    @Test
    void aServerThatFailsIsALimit() throws Exception {
        assertLimit(
                (number, out) ->
                        ScriptedServer.write(out, "HTTP/1.1 500 Oops\r\nContent-Length: 13\r\n\r\nout of memory"),
                Failure.SERVER,
                "status 500: out of memory");
    }

    @Test
    void anErrorWithinTheStreamIsOfTheServer() throws Exception {
        assertLimit(
                (number, out) -> ScriptedServer.write(
                        out,
                        ScriptedServer.HEAD
                                + ScriptedServer.token("a")
                                + ScriptedServer.chunk("{\"error\":{\"message\":\"CUDA error\"}}")),
                Failure.SERVER,
                "CUDA error");
    }

    @Test
    void aStreamThatBreaksOffIsBroken() throws Exception {
        assertLimit(
                (number, out) -> {
                    ScriptedServer.write(out, ScriptedServer.HEAD + ScriptedServer.token("a"));
                    throw new IllegalStateException();
                },
                Failure.BROKEN,
                "broke off");
    }

    @Test
    void aStreamOfSomethingElseIsMalformed() throws Exception {
        assertLimit(
                (number, out) -> ScriptedServer.write(out, ScriptedServer.HEAD + ScriptedServer.chunk("<html>")),
                Failure.MALFORMED,
                "not JSON");
        assertLimit(
                (number, out) ->
                        ScriptedServer.write(out, ScriptedServer.HEAD + ScriptedServer.token("a") + ScriptedServer.END),
                Failure.MALFORMED,
                "no [DONE]");
        assertLimit((number, out) -> ScriptedServer.write(out, "SSH-2.0\r\n\r\n"), Failure.MALFORMED, "not HTTP");
    }

    @Test
    void aServerThatSaysNothingHasHung() throws Exception {
        assertLimit((number, out) -> Thread.sleep(60_000), Failure.HUNG, "nothing came", Duration.ofMillis(300));
    }

    @Test
    void nobodyListeningIsALimit() throws Exception {
        ScriptedServer gone = new ScriptedServer((number, out) -> good(out));
        gone.close();
        LoadResult result = run(gone, new FixedLengths(5, 4), new Pace.Concurrency(8), SHORT);
        assertThat(result.failures()).containsOnlyKeys(Failure.CONNECT);
        assertThat(result.limit()).isPresent();
    }

    @Test
    void aFewFailuresDoNotEndTheRun() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> {
            if (number == 20) {
                ScriptedServer.write(out, ScriptedServer.HEAD);
                throw new IllegalStateException();
            }
            good(out);
        })) {
            LoadResult result = run(server, new FixedLengths(5, 4), ONE, SHORT);
            assertThat(result.limit()).isEmpty();
            assertThat(result.isMeasured()).isTrue();
            assertThat(result.failures()).isEqualTo(Map.of(Failure.BROKEN, 1));
        }
    }

    @Test
    void whatRunsLongerThanTheMeasurementIsGivenUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> {
            if (number <= 1) {
                good(out);
                return;
            }
            ScriptedServer.write(out, ScriptedServer.HEAD);
            while (true) {
                ScriptedServer.write(out, ScriptedServer.token("a"));
                Thread.sleep(5);
            }
        })) {
            LoadRules rules = SHORT.lasting(Duration.ZERO, Duration.ofMillis(400), Duration.ofMillis(100));
            LoadResult result = run(server, new FixedLengths(5, 1_000), ONE, rules);
            assertThat(result.limit()).isEmpty();
            assertThat(result.failures()).isEmpty();
            RequestRecord last = requests.get(requests.size() - 1);
            assertThat(last.failure()).contains(Failure.CANCELLED);
            assertThat(result.whole().load().outputTokens()).isPositive();
        }
    }

    @Test
    void interruptionGivesEverythingUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> Thread.sleep(60_000))) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try {
                    run(server, new FixedLengths(5, 4), ONE, SHORT);
                } catch (Exception e) {
                    thrown.set(e);
                }
            });
            thread.start();
            Thread.sleep(200);
            thread.interrupt();
            thread.join(20_000);
            assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void answersWithoutTextCountWhereTheServerCountsThem() throws Exception {
        String silent = ScriptedServer.token("");
        try (ScriptedServer server = new ScriptedServer((number, out) -> ScriptedServer.write(
                out,
                ScriptedServer.HEAD
                        + switch (number % 3) {
                            case 0 -> silent + silent + ScriptedServer.usage(5, 2, 3);
                            case 1 -> ScriptedServer.usage(5, 2, 3);
                            default -> silent + ScriptedServer.token("a") + silent + ScriptedServer.usage(5, 2, 3);
                        }
                        + ScriptedServer.chunk("[DONE]")
                        + ScriptedServer.END))) {
            LoadResult result = run(server, new FixedLengths(5, 3), ONE, SHORT);
            assertThat(result.limit()).isEmpty();
            int count = requests.size();
            assertThat(count).isGreaterThan(3);
            LoadWindow all = all();
            assertThat(all.requests()).isCloseTo((double) count, offset(1e-9));
            assertThat(all.outputTokens()).isCloseTo(3.0 * count, offset(1e-6));
            assertThat(all.promptTokens()).isEqualTo(5.0 * count);
            assertThat(all.cachedTokens()).isEqualTo(2.0 * count);
            assertThat(all.firstTokenSeconds().size()).isEqualTo(count);
            assertThat(requests.get(1).events()).as("the one with text").isEqualTo(1);
        }
    }

    @Test
    void nothingWithoutTextCountsWhereTheServerDoesNotCount() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> ScriptedServer.write(
                out,
                ScriptedServer.HEAD
                        + ScriptedServer.token("")
                        + ScriptedServer.chunk("[DONE]")
                        + ScriptedServer.END))) {
            run(server, new FixedLengths(5, 3), ONE, SHORT);
            assertThat(requests)
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request.events()).isZero());
        }
    }

    /** Requests of a workload whose n-th fails as it does when memory has run out. */
    private static Workload failing(int number) {
        AtomicInteger asked = new AtomicInteger();
        return new Workload() {
            @Override
            public RequestShape next(Random random) {
                if (asked.incrementAndGet() == number) {
                    throw new OutOfMemoryError("made up");
                }
                return new RequestShape(5, 4, Optional.empty());
            }

            @Override
            public String describe() {
                return "fails at " + number;
            }
        };
    }

    private void assertBreaksOff(ScriptedServer.Script script, int number, Pace pace) throws Exception {
        try (ScriptedServer server = new ScriptedServer(script)) {
            assertThatThrownBy(() -> run(server, failing(number), pace, SHORT))
                    .isInstanceOf(LoadException.class)
                    .hasMessageContaining("memory ran out; use fewer requests at a time, shorter prompts")
                    .hasRootCauseMessage("made up");
        }
    }

    @Test
    void aFaultOfItsOwnEndsTheRunWhereverItHappens() throws Exception {
        assertBreaksOff((number, out) -> good(out), 2, new Pace.Concurrency(3));
        assertBreaksOff((number, out) -> good(out), 7, new Pace.Concurrency(3));
        assertBreaksOff((number, out) -> good(out), 5, new Pace.Rate(200));
        // The second of a client whose first was refused comes a second later.
        assertBreaksOff(
                (number, out) -> ScriptedServer.write(out, "HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n"),
                4,
                new Pace.Concurrency(3));
    }

    @Test
    void aFaultOfWhoIsToldEndsTheRun() throws Exception {
        Target target;
        try (ScriptedServer server = new ScriptedServer((number, out) -> good(out))) {
            target = new Target(server.uri(), Api.COMPLETIONS, "m", Optional.empty());
            try (LoadGenerator generator = LoadGenerator.open(
                    target, new RequestBody(target, PromptForm.TOKENS, 100, true), Optional.empty())) {
                assertThatThrownBy(() -> generator.run(new FixedLengths(5, 4), ONE, SHORT, 7, (s, r, i, e) -> {
                            throw new AssertionError("made up");
                        }))
                        .isInstanceOf(LoadException.class)
                        .hasMessage("the load broke off: java.lang.AssertionError: made up");
            }
        }
    }

    @Test
    void theTimeForASteadyStateBeginsWithTheEndOfTheWarmUp() throws Exception {
        try (ScriptedServer server = new ScriptedServer((number, out) -> good(out))) {
            LoadRules rules = new LoadRules(
                    Duration.ofMillis(600),
                    Duration.ofMillis(500),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    100,
                    0.1);
            LoadResult result = run(server, new FixedLengths(5, 4), ONE, rules);
            assertThat(result.limit()).isEmpty();
            assertThat(result.isMeasured()).isTrue();
        }
    }

    @Test
    void whatAServerSaysIsCleanAndShort() throws Exception {
        String error =
                "{\"error\":{\"message\":\"\\u001b]0;owned\\u0007\\u009b31m\\nRED " + "x".repeat(100_000) + "\"}}";
        try (ScriptedServer server = new ScriptedServer(
                (number, out) -> ScriptedServer.write(out, ScriptedServer.HEAD + ScriptedServer.chunk(error)))) {
            LoadResult result = run(server, new FixedLengths(5, 4), new Pace.Concurrency(8), SHORT);
            assertThat(result.firstReason().orElseThrow())
                    .startsWith("]0;owned 31m RED xxx")
                    .endsWith("x...")
                    .hasSize(303);
        }
    }

    @Test
    void readsWhatServersSayInTheirWays() {
        assertThat(chunk("{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}").hasText())
                .isTrue();
        assertThat(chunk("{\"choices\":[{\"delta\":{\"reasoning_content\":\"x\"}}]}")
                        .hasText())
                .isTrue();
        assertThat(chunk("{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}")
                        .hasText())
                .isFalse();
        assertThat(chunk("{\"choices\":[{\"delta\":{}}],\"usage\":null}").usage())
                .isEmpty();
        assertThat(chunk("{\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}")
                        .usage())
                .contains(new Usage(3, 0, 2));
        assertThat(chunk("{\"usage\":{\"prompt_tokens\":-3,\"completion_tokens\":2}}")
                        .usage())
                .isEmpty();
        assertThatThrownBy(() -> chunk("[1]")).hasMessage("an event is not a JSON object");
    }

    private static Chunk chunk(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return Chunk.parse(bytes, bytes.length);
    }
}
