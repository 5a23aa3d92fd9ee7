package io.joulegram.agent.simulate;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a client: answers its requests one after the other, and gives up the one it is at when the client goes
 * away. Used by one event loop alone.
 */
final class ApiConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(ApiConnection.class);
    private static final int MAX_PIPELINED = 16;
    private static final String JSON = "application/json";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String EVENTS = "text/event-stream; charset=utf-8";

    private final Dispatcher dispatcher;
    private final Author author;
    private final LongSupplier requestNumbers;
    private final InstantSource wallClock;
    private final Deque<FullHttpRequest> pipelined = new ArrayDeque<>();
    private @Nullable Answer current;
    private boolean keepsAlive;
    private boolean closing;
    private boolean chunks;

    /** @param requestNumbers gives every request of the server another number */
    ApiConnection(Dispatcher dispatcher, Author author, LongSupplier requestNumbers, InstantSource wallClock) {
        this.dispatcher = dispatcher;
        this.author = author;
        this.requestNumbers = requestNumbers;
        this.wallClock = wallClock;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (closing) {
            return;
        }
        if (current == null && pipelined.isEmpty()) {
            serve(context, request);
        } else if (pipelined.size() < MAX_PIPELINED) {
            pipelined.add(request.retain());
        } else {
            var unused = context.close();
        }
    }

    private void serve(ChannelHandlerContext context, FullHttpRequest request) {
        keepsAlive = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
        chunks = request.protocolVersion().isKeepAliveDefault();
        try {
            if (request.decoderResult().isFailure()) {
                throw ApiException.badRequest("This is not a request of HTTP");
            }
            route(context, request);
        } catch (ApiException refusal) {
            send(context, refusal.status(), JSON, ApiDocuments.error(refusal));
        }
    }

    private void route(ChannelHandlerContext context, FullHttpRequest request) throws ApiException {
        String path = path(request.uri());
        EngineGroup group = dispatcher.group();
        switch (path) {
            case "/v1/completions" -> complete(context, request, false);
            case "/v1/chat/completions" -> complete(context, request, true);
            case "/v1/models" -> get(context, request, JSON, ApiDocuments.models(group.settings(), nowSeconds()));
            case "/metrics" -> get(context, request, METRICS, group.metrics().getBytes(StandardCharsets.UTF_8));
            case "/truth" -> get(context, request, JSON, ApiDocuments.truth(group));
            case "/health" -> get(context, request, JSON, new byte[0]);
            default -> throw ApiException.noSuchPath(path);
        }
    }

    private static String path(String uri) throws ApiException {
        try {
            return new QueryStringDecoder(uri).path();
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("The path is malformed: " + e.getMessage());
        }
    }

    private long nowSeconds() {
        return wallClock.instant().getEpochSecond();
    }

    private void get(ChannelHandlerContext context, FullHttpRequest request, String type, byte[] body)
            throws ApiException {
        if (!request.method().equals(HttpMethod.GET)) {
            throw ApiException.wrongMethod("GET");
        }
        send(context, HttpResponseStatus.OK.code(), type, body);
    }

    private void complete(ChannelHandlerContext context, FullHttpRequest request, boolean chat) throws ApiException {
        if (!request.method().equals(HttpMethod.POST)) {
            throw ApiException.wrongMethod("POST");
        }
        EngineSettings settings = dispatcher.group().settings();
        CompletionRequest wanted = CompletionRequest.parse(chat, ByteBufUtil.getBytes(request.content()), settings);
        long number = requestNumbers.getAsLong();
        AnswerText text =
                new AnswerText(chat, number, nowSeconds(), settings.model().name());
        Answer answer = new Answer(wanted, author, number, text, context, dispatcher.next(), new Writing(context));
        if (!answer.begin()) {
            throw ApiException.queueFull(settings.maxWaiting());
        }
        current = answer;
    }

    /** What the answer under way asks of the connection. */
    private final class Writing implements Answer.Connection {
        private final ChannelHandlerContext context;

        Writing(ChannelHandlerContext context) {
            this.context = context;
        }

        @Override
        public void beginStream() {
            HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            setHeaders(response.headers(), EVENTS);
            if (chunks) {
                HttpUtil.setTransferEncodingChunked(response, true);
            } else {
                keepsAlive = false;
                response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
            }
            var unused = context.write(response, context.voidPromise());
        }

        @Override
        public void send(byte[] json) {
            ApiConnection.this.send(context, HttpResponseStatus.OK.code(), JSON, json);
        }

        @Override
        public void ended() {
            current = null;
            if (!keepsAlive) {
                closing = true;
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            }
            // Served outside of the delivery of tokens, which may go on for other connections.
            context.executor().execute(() -> serveNext(context));
        }
    }

    private void serveNext(ChannelHandlerContext context) {
        while (current == null && !closing && context.channel().isActive()) {
            FullHttpRequest next = pipelined.poll();
            if (next == null) {
                return;
            }
            try {
                serve(context, next);
            } finally {
                next.release();
            }
        }
    }

    private void setHeaders(HttpHeaders headers, String type) {
        headers.set(HttpHeaderNames.CONTENT_TYPE, type).set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        if (!keepsAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
    }

    private void send(ChannelHandlerContext context, int status, String type, byte[] body) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        setHeaders(response.headers(), type);
        response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, body.length);
        if (status == HttpResponseStatus.TOO_MANY_REQUESTS.code()) {
            response.headers().setInt(HttpHeaderNames.RETRY_AFTER, 1);
        }
        var written = context.writeAndFlush(response);
        if (!keepsAlive) {
            closing = true;
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Answer abandoned = current;
        if (abandoned != null) {
            current = null;
            abandoned.abandon();
        }
        pipelined.forEach(FullHttpRequest::release);
        pipelined.clear();
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.warn("a connection failed", cause);
        }
        var unused = context.close();
    }
}
