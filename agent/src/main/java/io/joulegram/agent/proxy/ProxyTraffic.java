package io.joulegram.agent.proxy;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all connections of clients have in common. Thread-safe. */
final class ProxyTraffic {
    private static final String OWN = "/joulegram/";

    private final ProxySettings settings;
    private final Metering metering;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong refusedConnections = new AtomicLong();

    ProxyTraffic(ProxySettings settings, Metering metering) {
        this.settings = settings;
        this.metering = metering;
    }

    ProxySettings settings() {
        return settings;
    }

    /** Connections of clients now. */
    int connections() {
        return connections.get();
    }

    /** Connections that were one too many. */
    long refusedConnections() {
        return refusedConnections.get();
    }

    /** A client has come; false if it is one too many. */
    boolean connects() {
        boolean allowed = connections.incrementAndGet() <= settings.maxConnections();
        if (!allowed) {
            refusedConnections.incrementAndGet();
        }
        return allowed;
    }

    void disconnects() {
        connections.decrementAndGet();
    }

    /** The answer to a request that is the proxy's own; empty if it is to be passed on. */
    Optional<FullHttpResponse> ownAnswer(HttpRequest request) {
        if (!request.uri().startsWith(OWN)) {
            return Optional.empty();
        }
        if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            return Optional.of(Refusal.of(HttpResponseStatus.METHOD_NOT_ALLOWED, "allowed: GET")
                    .response());
        }
        return Optional.of(metering.document(request.uri())
                .map(document -> Refusal.json(HttpResponseStatus.OK, document))
                .orElseGet(() -> Refusal.of(HttpResponseStatus.NOT_FOUND, "there is no such request here")
                        .response()));
    }

    /** How a request is metered; empty if it is not. */
    Optional<MeteredExchange> meter(HttpRequest request) {
        return metering.begin(request);
    }

    /** The head of a request as the server gets it. */
    HttpRequest forServer(HttpRequest request) {
        boolean chunked = HttpUtil.isTransferEncodingChunked(request);
        HttpHeaders headers = request.headers();
        HopHeaders.remove(headers);
        headers.remove(HttpHeaderNames.EXPECT);
        headers.remove(Metering.USAGE);
        headers.set(HttpHeaderNames.HOST, settings.target().getAuthority());
        HttpRequest passed = new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method(), request.uri(), headers);
        if (chunked) {
            HttpUtil.setTransferEncodingChunked(passed, true);
        }
        return passed;
    }
}
