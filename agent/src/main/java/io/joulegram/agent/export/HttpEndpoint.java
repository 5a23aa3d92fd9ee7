package io.joulegram.agent.export;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.joulegram.agent.access.Access;
import io.joulegram.agent.config.ListenAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The HTTP endpoint: {@code /}, {@code /metrics}, {@code /api/v1/status}, {@code /api/v1/summary}, {@code
 * /api/v1/live}, {@code /-/healthy} and {@code /-/ready}. Read only. Every answer is made from the newest snapshot and the curves of energy alone, so none waits for a device.
 *
 * <p>Serves from the moment it is opened until it is closed, on threads of its own: four for requests and a queue of 64
 * before a connection is turned away; viewers of {@code /api/v1/live} have theirs ({@link LiveStream}). Further bounds are those of {@link HttpLimits}.
 */
public final class HttpEndpoint implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int QUEUED_REQUESTS = 64;
    private static final int QUEUED_CONNECTIONS = 64;

    private final HttpServer server;
    private final ThreadPoolExecutor executor;
    private final LiveStream live;

    private HttpEndpoint(HttpServer server, ThreadPoolExecutor executor, LiveStream live) {
        this.live = live;
        this.server = server;
        this.executor = executor;
    }

    /**
     * Opens the endpoint.
     *
     * @param address where to listen
     * @param access who may read, and how connections are encrypted; stays open when the endpoint is closed
     * @param exposition what {@code /metrics} shows; stays open when the endpoint is closed
     * @param snapshots gives the newest snapshot, at once; empty before the first
     * @param curves gives the energy over time of every device, at once
     * @param build what {@code /api/v1/status} tells of the program
     * @throws ListenException if the host is unknown, the port taken or not permitted
     */
    public static HttpEndpoint open(
            ListenAddress address,
            Access access,
            Exposition exposition,
            Supplier<Optional<Snapshot>> snapshots,
            Supplier<List<PowerCurve>> curves,
            BuildInfo build)
            throws ListenException {
        HttpLimits.apply();
        HttpServer server = listen(address, access.https());
        ThreadPoolExecutor executor = newExecutor();
        server.setExecutor(executor);
        LiveStream live = new LiveStream(new LiveFrames(curves, snapshots, build, System::nanoTime));
        server.createContext(
                "/", new RequestHandler(new Routes(exposition, snapshots, build), access, exposition.meters(), live));
        server.start();
        return new HttpEndpoint(server, executor, live);
    }

    private static HttpServer listen(ListenAddress address, Optional<HttpsConfigurator> https) throws ListenException {
        InetSocketAddress socketAddress = new InetSocketAddress(address.host(), address.port());
        if (socketAddress.isUnresolved()) {
            throw new ListenException(address, "there is no host \"" + address.host() + '"', null);
        }
        try {
            if (https.isEmpty()) {
                return HttpServer.create(socketAddress, QUEUED_CONNECTIONS);
            }
            HttpsServer server = HttpsServer.create(socketAddress, QUEUED_CONNECTIONS);
            server.setHttpsConfigurator(https.get());
            return server;
        } catch (IOException e) {
            throw new ListenException(address, String.valueOf(e.getMessage()), e);
        }
    }

    private static ThreadPoolExecutor newExecutor() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUED_REQUESTS), task -> {
                    Thread thread = new Thread(task, "http-" + number.getAndIncrement());
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Where it listens in truth: with the port that was chosen if 0 was asked for. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Where it is reached, with a slash at the end. */
    public String url() {
        InetSocketAddress address = address();
        String host = address.getAddress().getHostAddress();
        return (server instanceof HttpsServer ? "https" : "http") + "://"
                + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort() + "/";
    }

    /** Stops listening and breaks off what is being answered. Does nothing when called again. */
    @Override
    public void close() {
        live.close();
        server.stop(0);
        executor.shutdownNow();
    }
}
