package io.joulegram.agent.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of an inference server as it is written: {@code http://host:8000}, or {@code vllm+http://host:8000} where
 * the engine is forced.
 *
 * @param engine the engine before the plus sign
 * @param uri the rest; a path of {@code /} alone is dropped
 */
record ServerUrl(Optional<String> engine, URI uri) {
    private static final int MAX_LENGTH = 2000;
    private static final Pattern FORM = Pattern.compile("(?:([a-z][a-z0-9_-]{0,63})\\+)?(https?://.*)");

    static final ValueType<ServerUrl> TYPE =
            ValueType.of("http://HOST:PORT or https://HOST:PORT, also as ENGINE+http://HOST:PORT", ServerUrl::parse);

    private static ServerUrl parse(String text) throws BadValueException {
        Matcher form = FORM.matcher(text);
        if (text.length() > MAX_LENGTH || !form.matches()) {
            throw new BadValueException("is not the URL of a server");
        }
        URI uri = uri(form.group(2));
        if (uri.getHost() == null) {
            throw new BadValueException("has no valid host");
        }
        if (uri.getPort() == 0 || uri.getPort() > 65535) {
            throw new BadValueException("has a port that is not 1 to 65535");
        }
        if (uri.getRawUserInfo() != null) {
            throw new BadValueException("has a user name in it, which is not supported (use bearer-token-file)");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new BadValueException("has a query or a fragment");
        }
        return new ServerUrl(Optional.ofNullable(form.group(1)), uri);
    }

    private static URI uri(String text) throws BadValueException {
        try {
            URI uri = new URI(text);
            return "/".equals(uri.getRawPath()) ? new URI(text.substring(0, text.length() - 1)) : uri;
        } catch (URISyntaxException e) {
            throw new BadValueException("is not a URL: " + Quoted.inline(e.getReason()));
        }
    }

    /** {@code host:port}, with the scheme's own port where none is written. */
    String hostAndPort() {
        int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
        return uri.getHost() + ":" + port;
    }
}
