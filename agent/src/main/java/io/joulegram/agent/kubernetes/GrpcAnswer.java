package io.joulegram.agent.kubernetes;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the answer to a call of gRPC that has one message (gRPC over HTTP/2: headers, a message with a prefix of five
 * bytes, trailers with the status). Used by one event loop.
 */
final class GrpcAnswer extends ChannelInboundHandlerAdapter {
    /** Whether the message is compressed, and its length. */
    static final int PREFIX_BYTES = 5;

    /** Some 500 pods with hundreds of devices. */
    private static final int MAX_BYTES = 4 << 20;

    private static final int MAX_SHOWN = 200;

    private final CompletableFuture<ByteBuffer> message;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    GrpcAnswer(CompletableFuture<ByteBuffer> message) {
        this.message = message;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) throws IOException {
        try {
            if (frame instanceof Http2HeadersFrame headers) {
                takeHeaders(headers.headers(), headers.isEndStream());
            } else if (frame instanceof Http2DataFrame data) {
                takeData(data);
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void takeHeaders(Http2Headers headers, boolean last) throws IOException {
        String status = text(headers.status());
        if (!status.isEmpty() && !status.equals("200")) {
            throw new IOException("answered with status " + status + " of HTTP: this is no kubelet");
        }
        String grpcStatus = text(headers.get("grpc-status"));
        if (!grpcStatus.isEmpty() && !grpcStatus.equals("0")) {
            throw new IOException(
                    "answered with status " + grpcStatus + " of gRPC: " + text(headers.get("grpc-message")));
        }
        if (last) {
            finish();
        }
    }

    private void takeData(Http2DataFrame data) throws IOException {
        if (body.size() + data.content().readableBytes() > MAX_BYTES) {
            throw new IOException("answered with more than " + MAX_BYTES + " bytes");
        }
        data.content().readBytes(body, data.content().readableBytes());
        if (data.isEndStream()) {
            finish();
        }
    }

    private void finish() throws IOException {
        ByteBuffer whole = ByteBuffer.wrap(body.toByteArray());
        if (whole.remaining() < PREFIX_BYTES || whole.get() != 0 || whole.getInt() != whole.remaining()) {
            throw new IOException("answered with " + body.size() + " bytes that are no single message of gRPC");
        }
        message.complete(whole.slice());
    }

    private static String text(@Nullable CharSequence header) {
        String text = header == null ? "" : header.toString();
        return text.substring(0, Math.min(text.length(), MAX_SHOWN)).replaceAll("[^ -~]", "?");
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            message.completeExceptionally(new IOException("broke the call off with error " + reset.errorCode()));
        }
        ReferenceCountUtil.release(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        message.completeExceptionally(new IOException("the call ended before its answer was whole"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        message.completeExceptionally(cause);
        var unused = context.channel().parent().close();
    }
}
