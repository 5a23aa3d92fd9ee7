package io.joulegram.agent.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Sends requests to a server, each on a connection that no other request is on, and hands over its answer event by event.
 * Connections are kept for the next request. All of it happens on one event loop, {@link #loop()}, on which it is called.
 */
final class StreamClient implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;

    private final Target target;
    private final Optional<SslContext> encryption;
    private final LongSupplier nanoTime;
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final Bootstrap bootstrap;

    /** @param encryption what https trusts; must be there for a target that wants it */
    StreamClient(Target target, Optional<SslContext> encryption, LongSupplier nanoTime) {
        this.target = target;
        this.encryption = encryption;
        this.nanoTime = nanoTime;
        bootstrap = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        prepare(channel);
                    }
                });
    }

    private void prepare(SocketChannel channel) {
        if (target.isEncrypted()) {
            channel.pipeline()
                    .addLast(encryption
                            .orElseThrow()
                            .newHandler(channel.alloc(), target.uri().getHost(), target.port()));
        }
        channel.pipeline()
                .addLast(new HttpClientCodec())
                .addLast(new Connection(target, idle, nanoTime, this::sendOnNew));
    }

    /** Where everything happens. */
    EventLoop loop() {
        return loop;
    }

    /** Sends a request, on a connection that is free or on a new one. */
    void send(Exchange exchange) {
        Connection free = idle.pollLast();
        while (free != null && !free.isOpen()) {
            free = idle.pollLast();
        }
        if (free != null) {
            free.begin(exchange);
        } else {
            sendOnNew(exchange);
        }
    }

    private void sendOnNew(Exchange exchange) {
        bootstrap.connect(target.uri().getHost(), target.port()).addListener(future -> {
            if (future.isSuccess()) {
                ((ChannelFuture) future)
                        .channel()
                        .pipeline()
                        .get(Connection.class)
                        .begin(exchange);
            } else {
                exchange.failed(Failure.CONNECT, reason(future.cause()), nanoTime.getAsLong());
            }
        });
    }

    private static String reason(Throwable cause) {
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    /** Ends all connections and the event loop. What still runs gets no further call. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
