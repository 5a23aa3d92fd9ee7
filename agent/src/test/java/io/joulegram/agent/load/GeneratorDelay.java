package io.joulegram.agent.load;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How much later than a server writes a token the generator of load notes it. It is not among the tests; {@code docs/bench.md} has
 * the command. The server is a process of its own, which says when it wrote what.
 */
public final class GeneratorDelay {
    private static final int TOKENS = 200;
    private static final double MICROS = 1e6;

    private GeneratorDelay() {}

    /**
     * Measures, and prints what it found.
     *
     * @param args streams; milliseconds between two tokens of a stream; {@code step} or {@code even}; seconds
     */
    public static void main(String[] args) throws Exception {
        long baseNanos = System.nanoTime();
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-Xmn48m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StampingServer.class.getName(),
                        Long.toString(baseNanos),
                        args[1],
                        args[2])
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8))) {
            measure(
                    Integer.parseInt(out.readLine()),
                    Integer.parseInt(args[0]),
                    Duration.ofSeconds(Long.parseLong(args[3])),
                    baseNanos);
        } finally {
            server.destroyForcibly();
        }
    }

    private static void measure(int port, int streams, Duration duration, long baseNanos) throws Exception {
        Target target =
                new Target(URI.create("http://127.0.0.1:" + port + "/"), Api.COMPLETIONS, "m", Optional.empty());
        RequestBody bodies = new RequestBody(target, PromptForm.TOKENS, 30_000, true);
        LoadRules rules = LoadRules.usual().lasting(Duration.ofSeconds(5), duration, Duration.ofSeconds(60));
        LoadResult result;
        List<RequestRecord> requests = Collections.synchronizedList(new ArrayList<>());
        try (LoadGenerator generator = LoadGenerator.open(target, bodies, Optional.empty())) {
            result = generator.run(
                    new FixedLengths(32, TOKENS), new Pace.Concurrency(streams), rules, 1, new LoadProgress() {
                        @Override
                        public void at(boolean steady, double ratio, int inFlight, long ended) {}

                        @Override
                        public void over(RequestRecord request) {
                            requests.add(request);
                        }
                    });
        }
        if (!result.failures().isEmpty() || result.limit().isPresent()) {
            throw new IllegalStateException(result.failures() + " " + result.firstReason() + " " + result.limit());
        }
        LoadResult.Part whole = result.whole();
        long tokens = 0;
        Samples.Builder first = new Samples.Builder();
        Samples.Builder any = new Samples.Builder();
        for (RequestRecord request : requests) {
            for (int event = 0; event < request.events(); event++) {
                tokens += isMeasured(whole, request.eventNanos(event)) ? 1 : 0;
            }
            add(whole, first, request.eventNanos(0), request.cachedTokens(), baseNanos);
            add(whole, any, request.eventNanos(request.outputTokens() - 1), request.promptTokens(), baseNanos);
        }
        System.out.printf(
                Locale.ROOT,
                "%d streams, %.0f tokens/s%n",
                streams,
                tokens / ((whole.endNanos() - whole.beginNanos()) / 1e9));
        print("first tokens", first.build());
        print("tokens at random", any.build());
        print("requests sent late", whole.load().lagSeconds());
    }

    private static boolean isMeasured(LoadResult.Part whole, long nanos) {
        return nanos - whole.beginNanos() >= 0 && nanos - whole.endNanos() < 0;
    }

    private static void add(
            LoadResult.Part whole, Samples.Builder delays, long notedNanos, int micros, long baseNanos) {
        if (isMeasured(whole, notedNanos)) {
            delays.add((notedNanos - baseNanos) / 1e9 - micros / MICROS);
        }
    }

    private static void print(String what, Samples seconds) {
        System.out.printf(
                Locale.ROOT,
                "%s: %d, median %.3f ms, 99 %% below %.3f ms, largest %.3f ms%n",
                what,
                seconds.size(),
                1e3 * seconds.quantile(0.5).orElseThrow(),
                1e3 * seconds.quantile(0.99).orElseThrow(),
                1e3 * seconds.quantile(1).orElseThrow());
    }
}
