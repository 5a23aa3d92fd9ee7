package io.joulegram.agent.proxy;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.charset.StandardCharsets;

/** A connection of who watches the proxy: {@code /metrics} and {@code /-/healthy}. Used by one event loop. */
final class WebConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final ProxyExposition exposition;

    WebConnection(ProxyExposition exposition) {
        this.exposition = exposition;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        boolean keepsAlive = request.decoderResult().isSuccess() && HttpUtil.isKeepAlive(request);
        FullHttpResponse response = answer(request);
        if (!keepsAlive) {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        var written = context.writeAndFlush(response);
        if (!keepsAlive) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private FullHttpResponse answer(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Refusal.malformed(request.decoderResult()).response();
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return Refusal.of(HttpResponseStatus.METHOD_NOT_ALLOWED, "allowed: GET")
                    .response();
        }
        return switch (request.uri()) {
            case "/metrics" -> text(exposition.text(), ProxyExposition.CONTENT_TYPE);
            case "/-/healthy" -> text("The proxy passes requests on.\n", "text/plain; charset=utf-8");
            default ->
                Refusal.of(HttpResponseStatus.NOT_FOUND, "there are /metrics and /-/healthy")
                        .response();
        };
    }

    private static FullHttpResponse text(String body, String type) {
        FullHttpResponse response = Refusal.json(HttpResponseStatus.OK, body.getBytes(StandardCharsets.UTF_8));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
        return response;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close();
    }
}
