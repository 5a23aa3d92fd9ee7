package io.joulegram.agent.proxy;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Begins to meter requests, and tells of those that were. Thread-safe. */
final class Metering {
    /** Last segments of the paths of requests that a model answers, in the APIs of OpenAI, Anthropic, TGI and llama.cpp. */
    private static final Set<String> METERED = Set.of(
            "completions",
            "responses",
            "messages",
            "embeddings",
            "completion",
            "generate",
            "generate_stream",
            "infill",
            "rerank",
            "score");

    /** <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>, version 00. */
    private static final Pattern TRACE_PARENT = Pattern.compile("00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}");

    private static final Pattern REQUEST = Pattern.compile("/joulegram/v1/requests/([0-9a-f]{32})");
    private static final int ID_BYTES = 16;
    private static final int MAX_PATH_LENGTH = 256;

    /** A sixteenth of the memory that the launcher gives the proxy. */
    private static final long BODY_BYTES = 16L << 20;

    /** The header by which a client asks for figures in the stream. */
    static final String USAGE = "joulegram-usage";

    private final EnergyBooks books;
    private final RequestArchive archive;
    private final Tenants tenants;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final Allowance bodies = new Allowance(BODY_BYTES);

    Metering(EnergyBooks books, RequestArchive archive, Tenants tenants, InstantSource clock) {
        this.books = books;
        this.archive = archive;
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Begins to meter a request; empty if no model answers it. */
    Optional<MeteredExchange> begin(HttpRequest request) {
        int query = request.uri().indexOf('?');
        String path = query < 0 ? request.uri() : request.uri().substring(0, query);
        if (!request.method().equals(HttpMethod.POST) || !METERED.contains(path.substring(path.lastIndexOf('/') + 1))) {
            return Optional.empty();
        }
        MeteredRequest metered = new MeteredRequest(new MeteredRequest.Origin(
                newId(), tenants.of(request.headers()), shortened(path), traceId(request), clock.millis()));
        books.begin(metered);
        boolean adds = "include".equalsIgnoreCase(request.headers().get(USAGE, ""));
        return Optional.of(new MeteredExchange(metered, books, clock, adds, bodies));
    }

    /** Paths are kept as long as requests are; the end tells which API it is. */
    private static String shortened(String path) {
        return path.length() <= MAX_PATH_LENGTH ? path : "..." + path.substring(path.length() - MAX_PATH_LENGTH + 3);
    }

    /** Nobody can guess one, so who knows it may know what its request took. */
    private String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    private static String traceId(HttpRequest request) {
        Matcher matcher = TRACE_PARENT.matcher(request.headers().get("traceparent", ""));
        return matcher.matches() ? matcher.group(1) : "";
    }

    /** The document of a request, by the path that names it; empty if there is none, or it was too long ago. */
    Optional<byte[]> document(String path) {
        Matcher matcher = REQUEST.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String id = matcher.group(1);
        return books.find(id).map(RequestDocument::of).or(() -> archive.find(id));
    }
}
