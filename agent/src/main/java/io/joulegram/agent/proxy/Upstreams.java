package io.joulegram.agent.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Connections to the server that one event loop uses, those that wait for their next request included. */
final class Upstreams {
    /** Less than the shortest keep-alive of the usual servers, which is the five seconds of uvicorn. */
    private static final long IDLE_SECONDS = 2;

    private static final int MOST_IDLE = 256;
    private static final int CONNECT_MILLIS = 5_000;
    private static final WriteBufferWaterMark WRITE_LIMITS = new WriteBufferWaterMark(1 << 15, 1 << 16);

    private final EventLoop loop;
    private final ProxySettings settings;
    private final Optional<SslContext> tls;
    private final HttpDecoderConfig limits;
    private final Deque<UpstreamConnection> idle = new ArrayDeque<>();

    /** @param tls how the server's certificate is checked; empty without TLS */
    Upstreams(EventLoop loop, ProxySettings settings, Optional<SslContext> tls, HttpDecoderConfig limits) {
        this.loop = loop;
        this.settings = settings;
        this.tls = tls;
        this.limits = limits;
    }

    /**
     * Finds or makes a connection.
     *
     * @param taker told when there is one, on the event loop; it then owns it
     * @param failed told why there is none
     */
    void take(Consumer<UpstreamConnection> taker, Consumer<Throwable> failed) {
        UpstreamConnection waiting = idle.pollLast();
        while (waiting != null) {
            if (waiting.isActive()) {
                taker.accept(waiting);
                return;
            }
            waiting = idle.pollLast();
        }
        connect(taker, failed);
    }

    private void connect(Consumer<UpstreamConnection> taker, Consumer<Throwable> failed) {
        UpstreamConnection connection = new UpstreamConnection();
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_LIMITS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        initialize(channel, connection);
                    }
                })
                .connect(settings.host(), settings.port())
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        taker.accept(connection);
                    } else {
                        failed.accept(connected.cause());
                    }
                });
    }

    private void initialize(Channel channel, UpstreamConnection connection) {
        tls.ifPresent(context ->
                channel.pipeline().addLast(context.newHandler(channel.alloc(), settings.host(), settings.port())));
        channel.pipeline().addLast(new HttpClientCodec(limits, false, false)).addLast(connection);
    }

    /** Takes a connection back whose request and answer are at their end. */
    void giveBack(UpstreamConnection connection) {
        if (!connection.isActive() || idle.size() >= MOST_IDLE) {
            connection.close();
            return;
        }
        idle.addLast(connection);
        long turn = connection.waits();
        var unused = loop.schedule(
                () -> {
                    if (connection.stillWaits(turn)) {
                        idle.remove(connection);
                        connection.close();
                    }
                },
                IDLE_SECONDS,
                TimeUnit.SECONDS);
    }
}
