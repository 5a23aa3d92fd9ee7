package io.joulegram.agent.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose a request is, by the SHA-256 of its API key or by a header. Keys are neither kept nor logged. Immutable.
 *
 * <p>In the file each line is {@code NAME key-sha256 HEX} or {@code NAME header HEADER VALUE}; what follows {@code #} at the
 * begin of a line is a remark.
 */
public final class Tenants {
    /** Whose requests are that are nobody's of the file. */
    static final String OTHER = "other";

    private static final int MOST_RULES = 10_000;
    private static final String BEARER = "bearer ";
    private static final Pattern KEY = Pattern.compile("([A-Za-z0-9._-]{1,64})\\s+key-sha256\\s+([0-9a-fA-F]{64})");
    private static final Pattern HEADER =
            Pattern.compile("([A-Za-z0-9._-]{1,64})\\s+header\\s+([A-Za-z0-9-]{1,64})\\s+(\\S.{0,255})");
    private static final String ALLOWED = "allowed: NAME key-sha256 HEX or NAME header HEADER VALUE, with a name of"
            + " letters, digits, . _ - that is not " + OTHER;

    private final Map<String, String> byKeyHash;
    private final Map<String, Map<String, String>> byHeader;

    private Tenants(Map<String, String> byKeyHash, Map<String, Map<String, String>> byHeader) {
        this.byKeyHash = byKeyHash;
        this.byHeader = byHeader;
    }

    /** All requests are of one, {@value #OTHER}. */
    public static Tenants none() {
        return new Tenants(Map.of(), Map.of());
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, or a line is wrong; the message names the file, the line and what is allowed
     */
    public static Tenants read(Path file) throws IOException {
        Map<String, String> keys = new HashMap<>();
        Map<String, Map<String, String>> headers = new LinkedHashMap<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String place = file + ":" + (i + 1) + ": ";
            if (i >= MOST_RULES) {
                throw new IOException(place + "too many lines; allowed: " + MOST_RULES);
            }
            if (!add(line, keys, headers)) {
                throw new IOException(place + '"' + line + "\" is no tenant, or is there twice; " + ALLOWED);
            }
        }
        return new Tenants(Map.copyOf(keys), headers);
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": is not text in UTF-8", e);
        }
    }

    private static boolean add(String line, Map<String, String> keys, Map<String, Map<String, String>> headers) {
        Matcher key = KEY.matcher(line);
        if (key.matches()) {
            return !key.group(1).equals(OTHER) && keys.put(key.group(2).toLowerCase(Locale.ROOT), key.group(1)) == null;
        }
        Matcher header = HEADER.matcher(line);
        return header.matches()
                && !header.group(1).equals(OTHER)
                && headers.computeIfAbsent(header.group(2).toLowerCase(Locale.ROOT), name -> new HashMap<>())
                                .put(header.group(3), header.group(1))
                        == null;
    }

    /** Whose a request with these headers is; its key counts before other headers. */
    String of(HttpHeaders headers) {
        String key = byKeyHash.isEmpty() ? "" : key(headers);
        if (!key.isEmpty()) {
            String tenant = byKeyHash.get(hash(key));
            if (tenant != null) {
                return tenant;
            }
        }
        for (Map.Entry<String, Map<String, String>> rule : byHeader.entrySet()) {
            String tenant = rule.getValue().get(headers.get(rule.getKey(), ""));
            if (tenant != null) {
                return tenant;
            }
        }
        return OTHER;
    }

    private static String key(HttpHeaders headers) {
        String authorization = headers.get(HttpHeaderNames.AUTHORIZATION, "");
        if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return authorization.substring(BEARER.length()).strip();
        }
        return headers.get("x-api-key", headers.get("api-key", ""));
    }

    private static String hash(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
