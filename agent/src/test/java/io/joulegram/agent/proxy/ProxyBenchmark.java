package io.joulegram.agent.proxy;

import io.joulegram.agent.simulate.StreamCrowd;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What the proxy adds to the time of a request while so many streams pass it. It is not among the tests; {@code
 * docs/proxy.md} has the command that runs it.
 */
public final class ProxyBenchmark {
    private static final int PROMPT_TOKENS = 32;
    private static final int WARM_UP = 500;
    private static final int REQUESTS = 2_000;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MEDIAN = 0.5;
    private static final double NINETY_NINTH = 0.99;

    private ProxyBenchmark() {}

    /**
     * Asks server and proxy in turns for {@code /health}, and prints how long that took.
     *
     * @param args addresses of server and proxy, the number of streams through the proxy, the tokens of each
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        URI server = URI.create(args[0]);
        URI proxy = URI.create(args[1]);
        int streams = Integer.parseInt(args[2]);
        try (StreamCrowd crowd = new StreamCrowd(proxy)) {
            CountDownLatch left = crowd.start(streams, PROMPT_TOKENS, Integer.parseInt(args[3]));
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            ask(client, server, WARM_UP);
            ask(client, proxy, WARM_UP);
            long[] direct = new long[REQUESTS];
            long[] passed = new long[REQUESTS];
            for (int i = 0; i < REQUESTS; i++) {
                direct[i] = ask(client, server, 1);
                passed[i] = ask(client, proxy, 1);
            }
            System.out.printf("%d streams left while it was measured%n", left.getCount());
            print("direct", direct);
            print("through the proxy", passed);
            boolean all = left.await(10, TimeUnit.MINUTES);
            System.out.printf(
                    "%d streams, %d broken, %d tokens, %s%n",
                    streams, crowd.broken(), crowd.tokens(), all ? "all ended" : "some still run");
        }
    }

    private static long ask(HttpClient client, URI address, int times) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/health")).build();
        long begin = System.nanoTime();
        for (int i = 0; i < times; i++) {
            client.send(request, HttpResponse.BodyHandlers.discarding());
        }
        return System.nanoTime() - begin;
    }

    private static void print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%s: median %.3f ms, 99th percentile %.3f ms%n",
                what,
                nanos[(int) (MEDIAN * nanos.length)] / NANOS_PER_MILLI,
                nanos[(int) (NINETY_NINTH * nanos.length)] / NANOS_PER_MILLI);
    }
}
