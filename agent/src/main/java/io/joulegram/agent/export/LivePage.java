package io.joulegram.agent.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/**
 * The page at {@code /}: one file that loads nothing from anywhere and asks this endpoint for its figures. Its content
 * security policy allows exactly the script and the style in it, by their hashes.
 */
final class LivePage {
    private static final String RESOURCE = "live.html";

    private final Reply reply;

    LivePage() {
        byte[] page = load();
        String html = new String(page, StandardCharsets.UTF_8);
        String policy = "default-src 'none'; script-src '" + hashOf(html, "script") + "'; style-src '"
                + hashOf(html, "style") + "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                + "frame-ancestors 'none'";
        reply = new Reply(200, "text/html; charset=utf-8", page, Map.of("Content-Security-Policy", policy));
    }

    Reply reply() {
        return reply;
    }

    private static byte[] load() {
        try (InputStream resource = LivePage.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the program");
            }
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }

    private static String hashOf(String html, String element) {
        int begin = html.indexOf("<" + element + ">") + element.length() + 2;
        String content = html.substring(begin, html.indexOf("</" + element + ">"));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
