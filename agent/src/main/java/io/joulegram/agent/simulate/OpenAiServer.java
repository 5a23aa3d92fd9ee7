package io.joulegram.agent.simulate;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Serves an {@link EngineGroup} in real time: {@code /v1/models}, {@code /v1/completions}, {@code /v1/chat/completions}
 * as OpenAI's API has them, whole or streamed; {@code /metrics} as vLLM has it; {@code /health}; and {@code /truth}, what
 * has truly happened.
 *
 * <p>One event loop does it all, engines included, so that a step's tokens go to every stream of its batch in one wakeup.
 * Thread-safe.
 */
public final class OpenAiServer implements AutoCloseable {
    private static final int MAX_BODY_BYTES = 8 << 20;
    /** So that who has just begun to measure can learn what rest costs. */
    private static final int QUIET_SECONDS = 5;

    private static final int QUEUED_CONNECTIONS = 4096;

    /** Where a client takes nothing for so long that more than this waits for it, its request is given up. */
    private static final WriteBufferWaterMark WRITE_LIMITS = new WriteBufferWaterMark(1 << 16, 1 << 18);

    private final MultiThreadIoEventLoopGroup loops;
    private final Channel channel;

    private OpenAiServer(MultiThreadIoEventLoopGroup loops, Channel channel) {
        this.loops = loops;
        this.channel = channel;
    }

    /**
     * Starts to listen.
     *
     * @param address where; port 0 lets the system choose
     * @param group whose clock is {@link System#nanoTime()}
     * @param own requests that it makes of itself, after {@value #QUIET_SECONDS} s of rest
     * @throws IOException if the address cannot be had
     */
    public static OpenAiServer start(InetSocketAddress address, EngineGroup group, Traffic own) throws IOException {
        requireNonNull(group, "group");
        requireNonNull(own, "own");
        if (address.isUnresolved()) {
            throw new IOException("there is no host \"" + address.getHostString() + '"');
        }
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("simulated-server", true), NioIoHandler.newFactory());
        EventLoop loop = loops.next();
        Dispatcher dispatcher = new Dispatcher(group, loop, System::nanoTime);
        Author author = new Author(group.settings().seed());
        AtomicLong requests = new AtomicLong();
        ChannelFuture bound = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, QUEUED_CONNECTIONS)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_LIMITS)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection
                                .pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MAX_BODY_BYTES))
                                .addLast(new ApiConnection(
                                        dispatcher, author, requests::getAndIncrement, InstantSource.system()));
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            stop(loops);
            throw new IOException(address + ": " + bound.cause().getMessage(), bound.cause());
        }
        if (own.mostPerSecond() > 0) {
            OwnRequests requestsOfItsOwn = new OwnRequests(group.settings(), own);
            var unused = loop.schedule(() -> dispatcher.keepBusy(requestsOfItsOwn), QUIET_SECONDS, TimeUnit.SECONDS);
        }
        return new OpenAiServer(loops, bound.channel());
    }

    /** Where it is reached from this host: {@code http://127.0.0.1:PORT}. */
    public URI baseUri() {
        InetSocketAddress local = (InetSocketAddress) channel.localAddress();
        InetAddress address = local.getAddress();
        String host = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
        return URI.create("http://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + local.getPort());
    }

    /** Stops listening and breaks off what is being answered. Does nothing when called again. */
    @Override
    public void close() {
        stop(loops);
    }

    private static void stop(MultiThreadIoEventLoopGroup loops) {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
