package io.joulegram.agent.load;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import javax.net.ssl.SSLException;

/**
 * Puts loads on one server, one after the other, over connections that it keeps in between. To be used by one thread.
 */
public final class LoadGenerator implements AutoCloseable {
    private final StreamClient client;
    private final RequestBody bodies;

    /**
     * Opens one; it connects with the first load.
     *
     * @param authorities certificates that vouch for a server with TLS, PEM; those of the Java platform if empty
     * @throws IOException if the certificates cannot be read; the message names the file
     */
    public static LoadGenerator open(Target target, RequestBody bodies, Optional<Path> authorities) throws IOException {
        Optional<SslContext> encryption =
                target.isEncrypted() ? Optional.of(encryption(authorities)) : Optional.empty();
        return new LoadGenerator(new StreamClient(target, encryption, System::nanoTime), bodies);
    }

    private LoadGenerator(StreamClient client, RequestBody bodies) {
        this.client = client;
        this.bodies = bodies;
    }

    private static SslContext encryption(Optional<Path> authorities) throws IOException {
        SslContextBuilder builder = SslContextBuilder.forClient().endpointIdentificationAlgorithm("HTTPS");
        try {
            authorities.ifPresent(file -> builder.trustManager(file.toFile()));
            return builder.build();
        } catch (IllegalArgumentException | SSLException e) {
            throw new IOException(
                    "no TLS" + authorities.map(file -> " with " + file).orElse("") + ": " + e.getMessage(), e);
        }
    }

    /**
     * Puts a load on the server and waits for its end.
     *
     * @param seed the same seed gives the same requests, and the same instants in an open loop
     * @throws InterruptedException if the thread is interrupted; all requests are given up then
     * @throws LoadException if the generator itself failed, such as for want of memory
     */
    public LoadResult run(Workload workload, Pace pace, LoadRules rules, long seed, LoadProgress progress)
            throws InterruptedException {
        return new LoadRun(client, bodies, workload, pace, rules, new Random(seed), System::nanoTime, progress).run();
    }

    @Override
    public void close() {
        client.close();
    }
}
