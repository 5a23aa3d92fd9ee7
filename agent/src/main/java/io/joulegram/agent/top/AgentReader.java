package io.joulegram.agent.top;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.access.Authorities;
import io.joulegram.agent.config.Certificates;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/** Asks agents over HTTP, all of them at a time. Redirects are not followed. Thread-safe. */
public final class AgentReader {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    /** From here on a server says that it is its own fault, and may do better later. */
    private static final int SERVER_ERROR = 500;

    private final HttpClient client;
    private final Optional<String> authorization;

    private AgentReader(HttpClient client, Optional<String> authorization) {
        this.client = client;
        this.authorization = authorization;
    }

    /**
     * One that trusts and presents what it is given.
     *
     * @param authorities certificates that vouch for agents, PEM; those of the Java platform if empty
     * @param user name for agents that want one; empty for none
     * @param password the file that holds the password of that name; there if the name is
     * @throws IOException if the certificates or the password cannot be read; the message names the file
     */
    public static AgentReader of(Optional<Path> authorities, Optional<String> user, Optional<Path> password)
            throws IOException {
        HttpClient client = client(authorities);
        if (user.isEmpty()) {
            return new AgentReader(client, Optional.empty());
        }
        String pair =
                user.get() + ":" + Files.readString(password.orElseThrow()).strip();
        return new AgentReader(
                client,
                Optional.of("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8))));
    }

    /**
     * A client of HTTP/1.1 that follows no redirects.
     *
     * @param authorities certificates that vouch for whom it asks, PEM; those of the Java platform if empty
     * @throws IOException if the certificates cannot be read; the message names the file
     */
    public static HttpClient client(Optional<Path> authorities) throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE);
        if (authorities.isPresent()) {
            builder.sslContext(trusting(authorities.get()));
        }
        return builder.build();
    }

    private static SSLContext trusting(Path file) throws IOException {
        TrustManager[] trust = {Authorities.verifier(Certificates.read(file))};
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** What each agent says now, in the order of the addresses. Takes three seconds for one that is silent. */
    public List<AgentView> read(List<AgentAddress> addresses) {
        List<CompletableFuture<AgentView>> asked = addresses.stream()
                .map(address -> get(address, "api/v1/status")
                        .thenCombine(
                                get(address, "api/v1/summary"),
                                (status, summary) -> new AgentView(address, status, summary, "", false))
                        .exceptionally(e -> AgentView.failed(address, reason(cause(e)), isLasting(cause(e)))))
                .toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    private CompletableFuture<JsonNode> get(AgentAddress address, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address.uri().resolve(path)).header("Accept", "application/json");
        authorization.ifPresent(value -> request.header("Authorization", value));
        return BoundedExchange.send(client, request.build(), PATIENCE).thenApply(AgentReader::body);
    }

    private static JsonNode body(HttpResponse<byte[]> response) {
        if (response.statusCode() == UNAUTHORIZED) {
            throw new RefusedException("it wants a name and a password: --user NAME --password-file FILE");
        }
        try {
            JsonNode body = JSON.readTree(response.body());
            if (response.statusCode() == OK && body.isObject()) {
                return body;
            }
            throw refused(response, body.path("error").asText("it answered with status " + response.statusCode()));
        } catch (JsonProcessingException e) {
            throw refused(response, "what answers there is no agent of Joulegram");
        } catch (IOException e) {
            throw new IllegalStateException("its answer broke off", e);
        }
    }

    private static IllegalStateException refused(HttpResponse<byte[]> response, String why) {
        return response.statusCode() < SERVER_ERROR ? new RefusedException(why) : new IllegalStateException(why);
    }

    /** What answered will not answer otherwise. */
    private static final class RefusedException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        RefusedException(String why) {
            super(why);
        }
    }

    private static boolean isLasting(Throwable cause) {
        return cause instanceof RefusedException || cause instanceof SSLException;
    }

    private static Throwable cause(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    private static String reason(Throwable cause) {
        if (cause instanceof TimeoutException || cause instanceof HttpTimeoutException) {
            return "no answer within " + PATIENCE.toSeconds() + " s";
        }
        if (cause instanceof ConnectException) {
            return "nobody listens there";
        }
        if (cause instanceof SSLException) {
            return "TLS: " + cause.getMessage() + "; see --ca-file";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
