package io.joulegram.agent.load;

import io.joulegram.agent.sse.EventStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One connection: carries one exchange at a time, and lies among the idle ones in between. */
final class Connection extends SimpleChannelInboundHandler<HttpObject> {
    private static final int OK = 200;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;
    private static final int BAD = 400;
    private static final int FAILED = 500;
    private static final int MAX_REASON_BYTES = 2_048;
    private static final int MAX_EVENT_BYTES = 1 << 20;
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final Target target;
    private final Deque<Connection> idle;
    private final LongSupplier nanoTime;
    private final Consumer<Exchange> again;
    private final StringBuilder refusal = new StringBuilder();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private @Nullable EventStream events;
    private int status;
    private boolean keepsAlive;
    private boolean used;
    private boolean reused;
    private boolean done;
    private long nowNanos;

    /** @param again sends a request that this one could not, on a new connection */
    Connection(Target target, Deque<Connection> idle, LongSupplier nanoTime, Consumer<Exchange> again) {
        this.target = target;
        this.idle = idle;
        this.nanoTime = nanoTime;
        this.again = again;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    boolean isOpen() {
        return context != null && context.channel().isActive();
    }

    /** Sends a request. */
    void begin(Exchange next) {
        ChannelHandlerContext channel = context;
        if (channel == null || !channel.channel().isActive()) {
            next.failed(Failure.BROKEN, "the connection was closed", nanoTime.getAsLong());
            return;
        }
        exchange = next;
        reused = used;
        used = true;
        events = new EventStream(MAX_EVENT_BYTES, this::event);
        done = false;
        status = 0;
        refusal.setLength(0);
        byte[] body = next.body();
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, target.path(), Unpooled.wrappedBuffer(body));
        request.headers()
                .set(HttpHeaderNames.HOST, target.uri().getRawAuthority())
                .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.ACCEPT, "text/event-stream")
                .set(HttpHeaderNames.USER_AGENT, "joulegram")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        target.apiKey().ifPresent(key -> request.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer " + key));
        next.sent(this, nanoTime.getAsLong());
        var unused = channel.writeAndFlush(request);
    }

    /** Gives up what is going on, without a further call. */
    void abandon() {
        exchange = null;
        if (context != null) {
            var unused = context.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext channel, HttpObject message) {
        if (exchange == null) {
            var unused = channel.close();
            return;
        }
        nowNanos = nanoTime.getAsLong();
        if (message.decoderResult().isFailure()) {
            fail(
                    Failure.MALFORMED,
                    "the answer is not HTTP: " + message.decoderResult().cause().getMessage());
            return;
        }
        if (message instanceof HttpResponse response) {
            status = response.status().code();
            keepsAlive = HttpUtil.isKeepAlive(response);
        }
        if (message instanceof HttpContent content) {
            content(content.content());
            if (message instanceof LastHttpContent && exchange != null) {
                whole();
            }
        }
    }

    private void content(ByteBuf bytes) {
        if (status != OK) {
            int taken = Math.min(bytes.readableBytes(), MAX_REASON_BYTES - refusal.length());
            refusal.append(bytes.toString(bytes.readerIndex(), Math.max(0, taken), StandardCharsets.UTF_8));
            return;
        }
        try {
            if (events != null) {
                events.see(bytes);
                if (events.isCut()) {
                    failTooLarge();
                }
            }
        } catch (IllegalArgumentException e) {
            fail(Failure.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    private void failTooLarge() {
        fail(Failure.MALFORMED, "an event is larger than 1 MiB");
    }

    private void event(byte[] data, int length, boolean whole) {
        Exchange current = exchange;
        if (current == null) {
            return;
        }
        if (!whole) {
            failTooLarge();
            return;
        }
        if (length == DONE.length && Arrays.equals(data, 0, length, DONE, 0, length)) {
            done = true;
            return;
        }
        Chunk chunk = Chunk.parse(data, length);
        if (chunk.error().isPresent()) {
            fail(Failure.SERVER, chunk.error().get());
        } else {
            current.came(chunk, nowNanos);
        }
    }

    private void whole() {
        Exchange current = exchange;
        if (current == null) {
            return;
        }
        if (status != OK) {
            fail(failure(status), "status " + status + ": " + Refusal.message(refusal.toString()));
        } else if (!done) {
            fail(Failure.MALFORMED, "the stream has no [DONE] at its end");
        } else {
            exchange = null;
            if (keepsAlive) {
                idle.addLast(this);
            } else if (context != null) {
                var unused = context.close();
            }
            current.ended(nowNanos);
        }
    }

    private static Failure failure(int status) {
        if (status == TOO_MANY || status == UNAVAILABLE) {
            return Failure.REFUSED;
        }
        return status >= BAD && status < FAILED ? Failure.WRONG : Failure.SERVER;
    }

    private void fail(Failure failure, String reason) {
        Exchange failed = exchange;
        abandon();
        if (failed != null) {
            failed.failed(failure, reason, nanoTime.getAsLong());
        }
    }

    /** A server may close a connection that it has kept, just when we use it again (RFC 9112, section 9.3.1): llama.cpp always does. */
    private void broken(String reason) {
        Exchange unanswered = exchange;
        if (unanswered != null && reused && status == 0) {
            abandon();
            again.accept(unanswered);
        } else {
            fail(Failure.BROKEN, reason);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext channel) {
        idle.remove(this);
        broken(status == 0 ? "the connection ended without an answer" : "the answer broke off");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
        broken(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    }
}
