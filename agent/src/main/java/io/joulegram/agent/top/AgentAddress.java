package io.joulegram.agent.top;

import java.net.URI;
import java.util.Locale;

/**
 * Where an agent is.
 *
 * @param uri with a slash at its end
 */
public record AgentAddress(URI uri) {
    /**
     * The address that a text such as {@code http://host:13600} means.
     *
     * @throws IllegalArgumentException if it means none; the message says what is allowed
     */
    public static AgentAddress parse(String text) {
        String problem =
                "\"" + text + "\" is not the address of an agent; allowed: http://HOST:PORT or https://HOST:PORT";
        try {
            URI uri = URI.create(text.endsWith("/") ? text : text + "/");
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (!(scheme.equals("http") || scheme.equals("https"))
                    || uri.getHost() == null
                    || uri.getUserInfo() != null) {
                throw new IllegalArgumentException(problem);
            }
            return new AgentAddress(uri);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(problem, e);
        }
    }

    /** As a title: host and port. */
    String label() {
        return uri.getAuthority();
    }
}
