package io.joulegram.tokens;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The address of an inference server as it is written in a flag or a file. */
public final class ServerAddress {
    private static final int LONGEST = 2048;

    private ServerAddress() {}

    /**
     * Understands {@code http://host:8000}, {@code https://host/prefix/metrics} and {@code vllm+http://host:8000}. The
     * engine knows where its metrics are unless the address has a path; what stands before {@code +} names the engine,
     * else it is recognised from its metrics.
     *
     * @param engines the engines that may be named
     * @return a target without token or devices, named {@code host:port}
     * @throws IllegalArgumentException if it is not such an address; the message says what is allowed
     */
    public static ServerTarget parse(String text, EngineCatalog engines) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "server address of " + text.length() + " characters: at most " + LONGEST);
        }
        URI uri = uri(text);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        int plus = scheme.lastIndexOf('+');
        String protocol = scheme.substring(plus + 1);
        if (!protocol.equals("http") && !protocol.equals("https")) {
            throw wrong(text, "must begin with http:// or https://, or with an engine as in vllm+http://");
        }
        Optional<String> engine = plus < 0
                ? Optional.empty()
                : Optional.of(engines.require(scheme.substring(0, plus)).name());
        if (uri.getHost() == null) {
            throw wrong(text, "needs a host of letters, digits, '-' and '.', and a numeric port if any");
        }
        if (uri.getRawUserInfo() != null) {
            // Not repeated in the message: it may hold a password.
            throw new IllegalArgumentException("server address at host " + uri.getHost()
                    + ": must not hold a user or password; a bearer token can be configured");
        }
        int defaultPort = protocol.equals("https") ? 443 : 80;
        int port = uri.getPort() == -1 ? defaultPort : uri.getPort();
        if (port < 1 || port > 65_535) {
            throw wrong(text, "has port " + port + ", allowed are 1 to 65535");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        URI base = URI.create(protocol + "://" + uri.getHost() + ":" + port + path + query);
        return new ServerTarget(uri.getHost() + ":" + port, base, engine, Optional.empty(), List.of());
    }

    private static URI uri(String text) {
        try {
            return new URI(text.strip());
        } catch (URISyntaxException e) {
            throw wrong(text, "is not a URL: " + e.getReason() + " at character " + (e.getIndex() + 1));
        }
    }

    private static IllegalArgumentException wrong(String text, String allowed) {
        String withoutPassword = text.replaceAll("//[^/@]*@", "//***@");
        return new IllegalArgumentException(
                "server address \"" + withoutPassword + "\" " + allowed + "; for example http://127.0.0.1:8000");
    }
}
