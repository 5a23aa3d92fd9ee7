package io.joulegram.agent.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a client: its requests are passed on one after the other. It is read on while an answer is under way, so
 * that a client that goes away is noticed at once. Used by one event loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final int MOST_QUEUED = 32;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final long LINGER_MILLIS = 1_000;
    /** Waits are found within a quarter of what is allowed. */
    private static final int CHECKS = 4;

    private final ProxyTraffic traffic;
    private final Upstreams upstreams;
    private final AnswerEncoder encoder;
    private final Deque<HttpObject> queued = new ArrayDeque<>();

    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private @Nullable Future<?> checks;
    private boolean counted;
    private boolean closing;
    private boolean discarding;
    private boolean keepsAlive;
    private boolean toHead;
    private boolean oldVersion;
    private boolean queueFull;
    private boolean pausedForServer;
    private long heardNanos;
    private long freeSinceNanos;
    private long takesNothingSinceNanos;

    ClientConnection(ProxyTraffic traffic, Upstreams upstreams, AnswerEncoder encoder) {
        this.traffic = traffic;
        this.upstreams = upstreams;
        this.encoder = encoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    private ChannelHandlerContext context() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline yet");
        }
        return context;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        heardNanos = System.nanoTime();
        freeSinceNanos = heardNanos;
        counted = true;
        if (!traffic.connects()) {
            refuse(Refusal.of(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many connections"));
        }
        long period = Math.max(1, traffic.settings().clientPatience().toMillis() / CHECKS);
        checks = active.executor().scheduleAtFixedRate(this::check, period, period, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        if (checks != null) {
            checks.cancel(false);
        }
        if (counted) {
            traffic.disconnects();
        }
        closing = true;
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.cancel();
        }
        queued.forEach(ReferenceCountUtil::release);
        queued.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        // Of the client's connection: it is gone, and whoever wants to know sees it there.
        var unused = failed.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        heardNanos = System.nanoTime();
        if (closing || !(message instanceof HttpObject part)) {
            ReferenceCountUtil.release(message);
            return;
        }
        Exchange current = exchange;
        if (!queued.isEmpty() || (current != null && current.requestDone())) {
            queued.add(part);
            queueFull = queued.size() >= MOST_QUEUED;
            updateReading();
        } else {
            take(part);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
        Exchange current = exchange;
        if (current != null) {
            current.clientPaused();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
        boolean writable = from.channel().isWritable();
        takesNothingSinceNanos = System.nanoTime();
        Exchange current = exchange;
        if (current != null) {
            current.clientWritable(writable);
        }
    }

    private void take(HttpObject part) {
        if (closing) {
            ReferenceCountUtil.release(part);
        } else if (part instanceof HttpRequest request) {
            begin(request);
        } else if (part instanceof HttpContent content) {
            takeContent(content);
        }
    }

    private void takeContent(HttpContent content) {
        Exchange current = exchange;
        if (discarding || current == null) {
            discarding &= !(content instanceof LastHttpContent);
            content.release();
        } else if (content.decoderResult().isFailure()) {
            Refusal refusal = Refusal.malformed(content.decoderResult());
            content.release();
            current.clientAtFault(refusal);
        } else {
            current.fromClient(content);
        }
    }

    private void begin(HttpRequest request) {
        keepsAlive = HttpUtil.isKeepAlive(request);
        toHead = request.method().equals(HttpMethod.HEAD);
        oldVersion = request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        Optional<Refusal> refusal = Refusal.of(request);
        if (refusal.isPresent()) {
            ReferenceCountUtil.release(request);
            refuse(refusal.get());
            return;
        }
        Optional<FullHttpResponse> own = traffic.ownAnswer(request);
        if (own.isPresent()) {
            discarding = true;
            FullHttpResponse answer = own.get();
            prepare(answer, true);
            write(answer);
            flush();
            answered();
            return;
        }
        if (HttpUtil.is100ContinueExpected(request)) {
            write(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
            flush();
        }
        Optional<MeteredExchange> meter = traffic.meter(request);
        Exchange next = new Exchange(this, upstreams, traffic.forServer(request), meter);
        exchange = next;
        next.begin();
    }

    /**
     * Makes the head of an answer one for this client.
     *
     * @param requestDone whether the whole request has come; else the connection cannot be used again
     */
    void prepare(HttpResponse response, boolean requestDone) {
        int code = response.status().code();
        boolean sized = HttpUtil.isContentLengthSet(response) && !HttpUtil.isTransferEncodingChunked(response);
        boolean bodyless = toHead || code == NO_CONTENT || code == NOT_MODIFIED;
        response.setProtocolVersion(HttpVersion.HTTP_1_1);
        HopHeaders.remove(response.headers());
        if (!sized && !bodyless) {
            if (oldVersion) {
                keepsAlive = false;
            } else {
                response.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
                HttpUtil.setTransferEncodingChunked(response, true);
            }
        }
        keepsAlive &= requestDone;
        if (!keepsAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (oldVersion) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** Writes a piece of an answer, which goes out with the next {@link #flush}. */
    void write(HttpObject part) {
        encoder.answersHead(toHead);
        var unused = context().write(part, context().voidPromise());
    }

    void flush() {
        context().flush();
    }

    boolean isWritable() {
        return context().channel().isWritable();
    }

    /** Whether the client is not read because the server does not take it. */
    void pauseForServer(boolean paused) {
        pausedForServer = paused;
        updateReading();
    }

    private void updateReading() {
        context().channel().config().setAutoRead(closing || !(queueFull || pausedForServer));
    }

    /**
     * The answer is written to its end.
     *
     * @param requestDone whether the whole request has come
     */
    void ended(boolean requestDone) {
        flush();
        exchange = null;
        keepsAlive &= requestDone;
        pausedForServer = false;
        answered();
    }

    private void answered() {
        freeSinceNanos = System.nanoTime();
        if (!keepsAlive) {
            closeAfter(context().writeAndFlush(Unpooled.EMPTY_BUFFER));
            return;
        }
        updateReading();
        if (!queued.isEmpty()) {
            // Not within the delivery of the answer before, which has not returned yet.
            context().executor().execute(this::takeQueued);
        }
    }

    private void takeQueued() {
        while (!queued.isEmpty() && !closing && (exchange == null || !exchange.requestDone())) {
            take(queued.poll());
        }
        queueFull = queued.size() >= MOST_QUEUED;
        updateReading();
        Exchange current = exchange;
        if (current != null) {
            current.clientPaused();
        }
    }

    /** Tells what is wrong, and closes the connection. */
    void refuse(Refusal refusal) {
        exchange = null;
        keepsAlive = false;
        FullHttpResponse response = refusal.response();
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        encoder.answersHead(toHead);
        closeAfter(context().writeAndFlush(response));
    }

    /** Closes the connection in the middle of an answer, whose end is missing. */
    void breakOff() {
        exchange = null;
        closing = true;
        closeNow();
    }

    /**
     * Closes when all is written and the client has had time to take it: closed while the client still sends, the connection
     * would be reset and the answer lost on its way.
     */
    private void closeAfter(ChannelFuture written) {
        closing = true;
        takesNothingSinceNanos = System.nanoTime();
        updateReading();
        written.addListener((ChannelFutureListener) done -> {
            if (done.channel() instanceof SocketChannel socket && socket.isActive()) {
                var ignored = socket.shutdownOutput();
            }
            var unused = context().executor().schedule(this::closeNow, LINGER_MILLIS, TimeUnit.MILLISECONDS);
        });
    }

    private void closeNow() {
        var unused = context().close();
    }

    private void check() {
        long now = System.nanoTime();
        long patience = traffic.settings().clientPatience().toNanos();
        Exchange current = exchange;
        if (closing) {
            if (now - takesNothingSinceNanos > patience) {
                closeNow();
            }
        } else if (current == null) {
            if (now - freeSinceNanos > patience) {
                closeNow();
            }
        } else if (!isWritable() && now - takesNothingSinceNanos > patience) {
            breakOff(current);
        } else if (!current.requestDone() && !pausedForServer && now - heardNanos > patience) {
            current.clientAtFault(
                    Refusal.of(HttpResponseStatus.REQUEST_TIMEOUT, "the rest of the request did not come"));
        } else if (isWritable()
                && (current.requestDone() || pausedForServer)
                && now - current.serverHeardNanos()
                        > traffic.settings().serverPatience().toNanos()) {
            current.serverSilent();
        }
    }

    private void breakOff(Exchange current) {
        current.cancel();
        breakOff();
    }
}
