package io.joulegram.agent.proxy;

import io.joulegram.agent.proxy.MeteredRequest.Outcome;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, passed on piece by piece. Neither side is read faster than the other takes. Used by one event
 * loop.
 */
final class Exchange {
    private static final int OK = 200;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int FIRST_ERROR = 400;

    private final ClientConnection client;
    private final Upstreams upstreams;
    private final HttpRequest head;
    private final Optional<MeteredExchange> meter;
    private final Deque<HttpObject> waiting = new ArrayDeque<>();

    private @Nullable UpstreamConnection upstream;
    private @Nullable HeldAnswer held;
    private boolean requestDone;
    private boolean answerBegun;
    private boolean informational;
    private boolean serverKeepsAlive;
    private int status;
    private boolean done;
    private long serverHeardNanos = System.nanoTime();

    /** @param head as the server is to get it */
    Exchange(ClientConnection client, Upstreams upstreams, HttpRequest head, Optional<MeteredExchange> meter) {
        this.client = client;
        this.upstreams = upstreams;
        this.head = head;
        this.meter = meter;
    }

    /** Looks for a connection to the server and begins. */
    void begin() {
        client.pauseForServer(true);
        waiting.add(head);
        upstreams.take(this::connected, cause -> serverGone("the server cannot be reached: " + cause.getMessage()));
    }

    private void connected(UpstreamConnection connection) {
        if (done) {
            upstreams.giveBack(connection);
            return;
        }
        upstream = connection;
        serverHeardNanos = System.nanoTime();
        connection.serve(this);
        Channel channel = connection.channel();
        while (!waiting.isEmpty()) {
            var unused = channel.write(waiting.poll(), channel.voidPromise());
        }
        channel.flush();
        client.pauseForServer(!channel.isWritable());
    }

    /** A piece of the request's body. */
    void fromClient(HttpContent content) {
        if (done) {
            content.release();
            return;
        }
        meter.ifPresent(metered -> metered.requestBody(content.content()));
        if (content instanceof LastHttpContent) {
            requestDone = true;
            serverHeardNanos = System.nanoTime();
            meter.ifPresent(MeteredExchange::requestEnds);
        }
        UpstreamConnection connection = upstream;
        if (connection == null) {
            waiting.add(content);
            return;
        }
        Channel channel = connection.channel();
        var unused = channel.write(content, channel.voidPromise());
        if (!channel.isWritable()) {
            client.pauseForServer(true);
        }
    }

    /** No more of the client for the moment. */
    void clientPaused() {
        UpstreamConnection connection = upstream;
        if (connection != null) {
            connection.channel().flush();
        }
    }

    /** Whether the whole request has come. */
    boolean requestDone() {
        return requestDone;
    }

    /** Since when the server has been silent, on the clock of {@link System#nanoTime()}. */
    long serverHeardNanos() {
        return serverHeardNanos;
    }

    /** The server takes more, or takes no more for the moment. */
    void serverWritable() {
        UpstreamConnection connection = upstream;
        if (connection != null) {
            client.pauseForServer(!connection.channel().isWritable());
        }
    }

    /** The client takes more, or takes no more for the moment. */
    void clientWritable(boolean writable) {
        UpstreamConnection connection = upstream;
        if (connection != null) {
            connection.channel().config().setAutoRead(writable);
        }
    }

    /** A piece of the answer. */
    void fromServer(HttpObject part) {
        serverHeardNanos = System.nanoTime();
        if (done) {
            ReferenceCountUtil.release(part);
        } else if (part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(part);
            serverGone("the server's answer is not valid HTTP/1.1");
        } else if (part instanceof HttpResponse response) {
            answerBegins(response);
        } else if (part instanceof HttpContent content) {
            if (informational) {
                informational = !(content instanceof LastHttpContent);
                content.release();
            } else {
                answerGoesOn(content);
            }
        }
    }

    private void answerBegins(HttpResponse response) {
        status = response.status().code();
        if (status == SWITCHING_PROTOCOLS) {
            serverGone("the server switched to another protocol unasked");
            return;
        }
        if (status < OK) {
            informational = true;
            return;
        }
        serverKeepsAlive = HttpUtil.isKeepAlive(response);
        boolean hold = meter.isPresent() && meter.get().answered(response);
        client.prepare(response, requestDone);
        if (hold) {
            held = new HeldAnswer(response);
        } else {
            answerBegun = true;
            client.write(response);
        }
    }

    private void answerGoesOn(HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        HeldAnswer holding = held;
        if (holding != null) {
            holding.add(content);
            if (last) {
                meter.ifPresent(metered -> metered.whole(holding.document(), holding.headers()));
            }
            if (last || holding.size() > MeteredExchange.MOST_HELD_BYTES) {
                answerBegun = true;
                held = null;
                holding.writeTo(client);
            }
        } else {
            client.write(meter.isPresent() ? meter.get().streamed(content) : content);
        }
        if (last) {
            finish();
        } else if (answerBegun && !client.isWritable()) {
            clientWritable(false);
        }
    }

    private void finish() {
        done = true;
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null && requestDone && serverKeepsAlive) {
            upstreams.giveBack(connection);
        } else if (connection != null) {
            connection.close();
        }
        meter.ifPresent(metered -> metered.end(status < FIRST_ERROR ? Outcome.COMPLETED : Outcome.FAILED));
        client.ended(requestDone);
    }

    /** No more of the server for the moment. */
    void serverPaused() {
        if (answerBegun) {
            client.flush();
        }
    }

    /** The server does not answer to the end: the client is told, if it has not got the begin of an answer. */
    void serverGone(String why) {
        giveUp(Outcome.FAILED, Refusal.of(HttpResponseStatus.BAD_GATEWAY, why));
    }

    /** The server has been silent for too long. */
    void serverSilent() {
        giveUp(Outcome.FAILED, Refusal.of(HttpResponseStatus.GATEWAY_TIMEOUT, "the server has been silent too long"));
    }

    /** The client is at fault. */
    void clientAtFault(Refusal refusal) {
        giveUp(Outcome.CANCELLED, refusal);
    }

    private void giveUp(Outcome outcome, Refusal refusal) {
        if (done) {
            return;
        }
        boolean begun = answerBegun;
        drop(outcome);
        if (begun) {
            client.breakOff();
        } else {
            client.refuse(refusal);
        }
    }

    /** The client has gone away. */
    void cancel() {
        if (!done) {
            drop(Outcome.CANCELLED);
        }
    }

    private void drop(Outcome outcome) {
        done = true;
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.close();
        }
        waiting.forEach(ReferenceCountUtil::release);
        waiting.clear();
        HeldAnswer holding = held;
        held = null;
        if (holding != null) {
            holding.release();
        }
        meter.ifPresent(metered -> metered.end(outcome));
    }
}
