package io.joulegram.agent.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;

/** Headers that are of one connection and not passed on (RFC 9110, section 7.6.1). */
final class HopHeaders {
    private static final List<CharSequence> NAMES = List.of(
            HttpHeaderNames.CONNECTION,
            "keep-alive",
            HttpHeaderNames.PROXY_AUTHENTICATE,
            HttpHeaderNames.PROXY_AUTHORIZATION,
            "proxy-connection",
            HttpHeaderNames.TE,
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.UPGRADE,
            "http2-settings");

    /** What a Connection header must not take away, as it says how long the message is and whose it is. */
    private static final List<String> KEPT = List.of("content-length", "host");

    private HopHeaders() {}

    /** Takes them away, and what the Connection header names. */
    static void remove(HttpHeaders headers) {
        for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String name : value.split(",", -1)) {
                String named = name.strip().toLowerCase(Locale.ROOT);
                if (!named.isEmpty() && !KEPT.contains(named)) {
                    headers.remove(named);
                }
            }
        }
        NAMES.forEach(headers::remove);
    }
}
