package io.joulegram.agent.proxy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One connection to the server, which hands what comes to the exchange that has it. Used by one event loop. */
final class UpstreamConnection extends ChannelInboundHandlerAdapter {
    private @Nullable Channel channel;
    private @Nullable Exchange exchange;
    private long turns;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    /** Whether it is connected. */
    boolean isActive() {
        return channel != null && channel.isActive();
    }

    /** The channel, of one that is or was connected. */
    Channel channel() {
        if (channel == null) {
            throw new IllegalStateException("not connected yet");
        }
        return channel;
    }

    /** What comes is for this exchange from now on. */
    void serve(Exchange next) {
        turns++;
        exchange = next;
    }

    /** Nobody has it now; the number is that of the waiting. */
    long waits() {
        exchange = null;
        channel().config().setAutoRead(true);
        return ++turns;
    }

    /** Whether it has waited since. */
    boolean stillWaits(long turn) {
        return turns == turn;
    }

    /** Closes it; nobody is told. */
    void close() {
        exchange = null;
        if (channel != null) {
            var unused = channel.close();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        Exchange current = exchange;
        if (current != null && message instanceof HttpObject part) {
            current.fromServer(part);
        } else {
            // Nobody has asked for it: such a connection is of no more use.
            ReferenceCountUtil.release(message);
            close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        Exchange current = exchange;
        if (current != null) {
            current.serverPaused();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Exchange current = exchange;
        if (current != null) {
            current.serverWritable();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.serverGone("the server closed the connection before its answer was whole");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.serverGone("the connection to the server failed: " + cause.getMessage());
        }
        var unused = context.close();
    }
}
