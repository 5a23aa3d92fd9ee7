package io.joulegram.agent.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A server of OpenAI's API that writes tokens at a pace, and tells with the last one when it wrote the first and when another
 * one that it has drawn: in {@code usage}, {@code cached_tokens} is the first one's instant, {@code prompt_tokens} the other
 * one's, in microseconds of {@link System#nanoTime()} from a base, which all processes of a host share on Linux, and {@code
 * completion_tokens} that one's number. One event loop does it all.
 */
final class StampingServer {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final String EVENT = "data: {\"id\":\"cmpl-0000000000000000\",\"object\":\"text_completion\","
            + "\"created\":1700000000,\"model\":\"m\",\"choices\":[";
    private static final String TOKEN = "{\"index\":0,\"text\":\" the\",\"logprobs\":null,\"finish_reason\":null}";

    private final long baseNanos;
    private final List<List<Answer>> slots = new ArrayList<>();
    private final boolean inStep;
    private final Random random = new Random(1);
    private long beginNanos;
    private long slot;

    private StampingServer(long baseNanos, int periodMillis, boolean inStep) {
        this.baseNanos = baseNanos;
        this.inStep = inStep;
        for (int i = 0; i < periodMillis; i++) {
            slots.add(new ArrayList<>());
        }
    }

    /**
     * Serves until standard input ends; prints its port.
     *
     * @param args the base; how many milliseconds lie between two tokens of a stream; {@code step} for all streams at once, as the
     *     steps of a batch write them, {@code even} for streams that are spread evenly
     */
    public static void main(String[] args) throws Exception {
        StampingServer server =
                new StampingServer(Long.parseLong(args[0]), Integer.parseInt(args[1]), args[2].equals("step"));
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoop loop = loops.next();
        Channel channel = new ServerBootstrap()
                .group(loop)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel connection) {
                        connection
                                .pipeline()
                                .addLast(
                                        new HttpServerCodec(),
                                        new HttpObjectAggregator(MAX_BODY_BYTES),
                                        server.new Api());
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
        server.beginNanos = System.nanoTime();
        loop.execute(() -> server.run(loop));
        while (System.in.read() >= 0) {
            // What is written there means nothing.
        }
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** One slot each millisecond; where it comes late, one after the other, and connections in between. */
    private void run(EventLoop loop) {
        slots.get((int) (slot++ % slots.size())).removeIf(Answer::writeOne);
        var unused = loop.schedule(
                () -> run(loop), Math.max(0, beginNanos + slot * 1_000_000 - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private final class Api extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) throws Exception {
            JsonNode body;
            try (InputStream in = new ByteBufInputStream(request.content())) {
                body = JSON.readTree(in);
            }
            DefaultHttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            response.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream");
            HttpUtil.setTransferEncodingChunked(response, true);
            var unused = context.writeAndFlush(response);
            int index = inStep ? 0 : random.nextInt(slots.size());
            slots.get(index).add(new Answer(context, body.path("max_tokens").asInt()));
        }
    }

    private final class Answer {
        private final ChannelHandlerContext context;
        private final int tokens;
        private final int drawn;
        private int written;
        private long firstMicros;
        private long drawnMicros;

        Answer(ChannelHandlerContext context, int tokens) {
            this.context = context;
            this.tokens = tokens;
            drawn = random.nextInt(tokens);
        }

        /** Returns whether it was the last. */
        boolean writeOne() {
            long micros = (System.nanoTime() - baseNanos) / 1000;
            firstMicros = written == 0 ? micros : firstMicros;
            drawnMicros = written == drawn ? micros : drawnMicros;
            boolean last = ++written == tokens;
            write(EVENT + TOKEN + "]}\n\n");
            if (last) {
                write(EVENT + "],\"usage\":{\"prompt_tokens\":" + drawnMicros + ",\"completion_tokens\":" + (drawn + 1)
                        + ",\"prompt_tokens_details\":{\"cached_tokens\":" + firstMicros + "}}}\n\ndata: [DONE]\n\n");
                var unused = context.write(LastHttpContent.EMPTY_LAST_CONTENT);
            }
            context.flush();
            return last || !context.channel().isActive();
        }

        private void write(String event) {
            var unused = context.write(new DefaultHttpContent(ByteBufUtil.writeAscii(context.alloc(), event)));
        }
    }
}
