package io.joulegram.agent.simulate;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Many clients of one server that stream completions, on one thread. */
public final class StreamCrowd implements AutoCloseable {
    /** Events of a stream that hold no token: the counts of tokens, and the end. */
    private static final int OTHER_EVENTS = 2;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final URI server;
    private final LongAdder events = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder broken = new LongAdder();

    /** @param server without a path */
    public StreamCrowd(URI server) {
        this.server = server;
    }

    /** Starts streams, each on a connection of its own; its prompt is its number, many times. */
    public CountDownLatch start(int streams, int promptTokens, int outputTokens) {
        CountDownLatch left = new CountDownLatch(streams);
        Bootstrap bootstrap = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new Stream(left, promptTokens, outputTokens));
                    }
                });
        for (int stream = 0; stream < streams; stream++) {
            bootstrap.connect(server.getHost(), server.getPort()).addListener(connected -> {
                if (!connected.isSuccess()) {
                    broken.increment();
                    left.countDown();
                }
            });
        }
        return left;
    }

    /** Tokens that have come. */
    public long tokens() {
        return events.sum() - OTHER_EVENTS * ended.sum();
    }

    /** Streams that came to their end. */
    public long ended() {
        return ended.sum();
    }

    /** Streams that could not begin or broke off. */
    public long broken() {
        return broken.sum();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private final class Stream extends SimpleChannelInboundHandler<HttpObject> {
        private final CountDownLatch left;
        private final int promptTokens;
        private final int outputTokens;
        private boolean whole;
        private int newlines;

        Stream(CountDownLatch left, int promptTokens, int outputTokens) {
            this.left = left;
            this.promptTokens = promptTokens;
            this.outputTokens = outputTokens;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            String prompt = context.channel().id().asShortText().substring(0, 4).repeat(promptTokens);
            byte[] body = ("{\"prompt\":\"" + prompt + "\",\"max_tokens\":" + outputTokens
                            + ",\"ignore_eos\":true,\"stream\":true,\"stream_options\":{\"include_usage\":true}}")
                    .getBytes(StandardCharsets.UTF_8);
            DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1, HttpMethod.POST, "/v1/completions", Unpooled.wrappedBuffer(body));
            request.headers().set(HttpHeaderNames.HOST, server.getHost());
            request.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
            var unused = context.writeAndFlush(request);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
            if (message instanceof HttpContent content) {
                content.content().forEachByte(octet -> {
                    newlines += octet == '\n' ? 1 : 0;
                    return true;
                });
                // An event may come in pieces; it ends with two newlines and holds no others.
                events.add(newlines / 2);
                newlines %= 2;
            }
            if (message instanceof LastHttpContent) {
                whole = true;
                ended.increment();
                var unused = context.close();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (!whole) {
                broken.increment();
            }
            left.countDown();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var unused = context.close();
        }
    }
}
