package io.joulegram.agent.kubernetes;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the kubelet which container holds which devices: one call of {@code v1.PodResourcesLister/List} by gRPC over a Unix
 * socket, with a connection of its own, so that nothing is held between two calls. Immutable; any thread.
 */
public final class KubeletSocket {
    private static final String METHOD = "/v1.PodResourcesLister/List";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_HEADER_BYTES = 16 << 10;

    private final Path socket;
    private final Duration patience;

    /** @param socket where the kubelet listens */
    public KubeletSocket(Path socket) {
        this(socket, PATIENCE);
    }

    KubeletSocket(Path socket, Duration patience) {
        this.socket = socket;
        this.patience = patience;
    }

    /**
     * The devices that containers of this node hold. Takes ten seconds of a kubelet that is silent.
     *
     * @throws IOException if the kubelet does not tell; the message says why
     */
    public List<HeldDevice> heldDevices() throws IOException {
        try {
            return PodResources.heldDevices(ask());
        } catch (IOException e) {
            throw new IOException(socket + ": " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return e.getClass() == IOException.class ? String.valueOf(e.getMessage()) : e.toString();
    }

    private ByteBuffer ask() throws IOException {
        CompletableFuture<ByteBuffer> answer = new CompletableFuture<>();
        MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("kubelet", true), NioIoHandler.newFactory());
        try {
            new Bootstrap()
                    .group(loop)
                    .channel(NioDomainSocketChannel.class)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            initialize(channel);
                        }
                    })
                    .connect(UnixDomainSocketAddress.of(socket))
                    .addListener((io.netty.channel.ChannelFuture connected) -> {
                        if (connected.isSuccess()) {
                            // Only then has the connection sent what has to come before all calls.
                            connected.channel().eventLoop().execute(() -> call(connected.channel(), answer));
                        } else {
                            answer.completeExceptionally(connected.cause());
                        }
                    });
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + patience.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(String.valueOf(e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("was not waited for", e);
        } finally {
            var unused = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static void initialize(Channel channel) {
        channel.pipeline()
                .addLast(Http2FrameCodecBuilder.forClient()
                        .initialSettings(Http2Settings.defaultSettings()
                                .pushEnabled(false)
                                .maxHeaderListSize(MAX_HEADER_BYTES))
                        .build())
                .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
    }

    private static void call(Channel connection, CompletableFuture<ByteBuffer> answer) {
        connection
                .closeFuture()
                .addListener(closed -> answer.completeExceptionally(new IOException("the connection was closed")));
        new Http2StreamChannelBootstrap(connection)
                .handler(new GrpcAnswer(answer))
                .open()
                .addListener((io.netty.util.concurrent.Future<Http2StreamChannel> opened) -> {
                    if (opened.isSuccess()) {
                        send(opened.getNow());
                    } else {
                        answer.completeExceptionally(opened.cause());
                    }
                });
    }

    private static void send(Http2StreamChannel stream) {
        Http2Headers headers = new DefaultHttp2Headers()
                .method("POST")
                .scheme("http")
                .path(METHOD)
                .authority("localhost")
                .add("content-type", "application/grpc")
                .add("te", "trailers");
        var unusedHead = stream.write(new DefaultHttp2HeadersFrame(headers));
        // A message that is not compressed and empty, as this call's is.
        var unusedBody = stream.writeAndFlush(new DefaultHttp2DataFrame(
                stream.alloc().buffer(GrpcAnswer.PREFIX_BYTES).writeZero(GrpcAnswer.PREFIX_BYTES), true));
    }
}
