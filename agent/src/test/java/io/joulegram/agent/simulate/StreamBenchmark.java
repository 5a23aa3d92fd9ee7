package io.joulegram.agent.simulate;

import java.net.URI;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How many tokens a second come over so many streams from a server that runs. It is not among the tests; {@code
 * docs/simulated-server.md} has the command that runs it.
 */
public final class StreamBenchmark {
    private static final int PROMPT_TOKENS = 32;

    private StreamBenchmark() {}

    /**
     * Streams, and prints how many tokens came in each second.
     *
     * @param args the server's address, the number of streams, the tokens of each
     */
    public static void main(String[] args) throws InterruptedException {
        int streams = Integer.parseInt(args[1]);
        try (StreamCrowd crowd = new StreamCrowd(URI.create(args[0]))) {
            long beginNanos = System.nanoTime();
            CountDownLatch left = crowd.start(streams, PROMPT_TOKENS, Integer.parseInt(args[2]));
            long before = 0;
            while (!left.await(1, TimeUnit.SECONDS)) {
                long now = crowd.tokens();
                System.out.printf(Locale.ROOT, "%d tokens/s, %d streams left%n", now - before, left.getCount());
                before = now;
            }
            double seconds = (System.nanoTime() - beginNanos) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "%d streams, %d broken, %d tokens in %.1f s: %.0f tokens/s%n",
                    streams,
                    crowd.broken(),
                    crowd.tokens(),
                    seconds,
                    crowd.tokens() / seconds);
        }
    }
}
