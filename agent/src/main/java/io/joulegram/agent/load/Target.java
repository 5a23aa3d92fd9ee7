package io.joulegram.agent.load;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/**
 * The server under load.
 *
 * @param uri {@code http} or {@code https}, with a slash at its end, without {@code /v1}
 * @param api how it is asked
 * @param model what the requests name
 * @param apiKey sent as a bearer's token; never shown
 */
public record Target(URI uri, Api api, String model, Optional<String> apiKey) {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * The address that a text such as {@code http://host:8000} or {@code https://host/v1} means.
     *
     * @throws IllegalArgumentException if it means none; the message says what is allowed
     */
    public static URI parse(String text) {
        String problem =
                "\"" + text + "\" is not the address of a server; allowed: http://HOST:PORT or https://HOST:PORT";
        try {
            String base = text.replaceFirst("/+$", "").replaceFirst("/v1$", "");
            URI uri = URI.create(base + "/");
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            boolean known = scheme.equals("http") || scheme.equals("https");
            if (!known || uri.getHost() == null || uri.getUserInfo() != null || uri.getQuery() != null) {
                throw new IllegalArgumentException(problem);
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(problem, e);
        }
    }

    boolean isEncrypted() {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    int port() {
        int usual = isEncrypted() ? HTTPS : HTTP;
        return uri.getPort() < 0 ? usual : uri.getPort();
    }

    String path() {
        return uri.getRawPath() + "v1/" + api.path();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return uri + " " + model;
    }
}
