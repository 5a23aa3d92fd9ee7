package io.joulegram.agent.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks the API of a cluster for the pods of one node. The token is read for every question, as a kubelet renews it every
 * hour; it is in no message. Immutable; any thread.
 */
public final class KubernetesApi {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_TOKEN_BYTES = 16 << 10;
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final HttpClient client;
    private final URI pods;
    private final Path tokenFile;
    private final List<String> labels;
    private final Duration patience;

    /**
     * One that asks for the pods of a node.
     *
     * @param client trusts the cluster's authority, and follows no redirects, which would carry the token elsewhere
     * @param url where the API is, {@code https}, without a slash at its end
     * @param node the name of the node
     * @param tokenFile holds the token of a service account that may list pods
     * @param labels those of pods that are kept
     */
    public KubernetesApi(HttpClient client, URI url, String node, Path tokenFile, List<String> labels) {
        this(client, url, node, tokenFile, labels, PATIENCE);
    }

    KubernetesApi(HttpClient client, URI url, String node, Path tokenFile, List<String> labels, Duration patience) {
        this.client = client;
        // From the cache of the API server, which costs it least (resourceVersion=0).
        pods = URI.create(url + "/api/v1/pods?fieldSelector=spec.nodeName%3D" + node + "&resourceVersion=0");
        this.tokenFile = tokenFile;
        this.labels = List.copyOf(labels);
        this.patience = patience;
    }

    /**
     * The containers of the node. Takes ten seconds of an API that is silent.
     *
     * @throws IOException if it does not tell; the message says why
     */
    public KubernetesFacts.Pods pods() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(pods)
                .timeout(patience)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + token())
                .build();
        CompletableFuture<HttpResponse<KubernetesFacts.Pods>> answer = client.sendAsync(
                request,
                info -> info.statusCode() == OK
                        ? HttpResponse.BodySubscribers.mapping(HttpResponse.BodySubscribers.ofInputStream(), this::read)
                        : HttpResponse.BodySubscribers.replacing(KubernetesFacts.Pods.NONE));
        try {
            HttpResponse<KubernetesFacts.Pods> response = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            requireOk(response.statusCode());
            return response.body();
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new IOException(pods + ": no whole answer within " + patience.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new IOException(pods + ": " + reason(e), e);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new IOException(pods + ": was not waited for", e);
        }
    }

    private void requireOk(int status) throws IOException {
        if (status != OK) {
            String hint = switch (status) {
                case UNAUTHORIZED -> ": the token in " + tokenFile + " is not accepted";
                case FORBIDDEN -> ": the service account may not list pods; it needs a ClusterRole with list of pods";
                default -> "";
            };
            throw new IOException(pods + ": answered with status " + status + hint);
        }
    }

    private KubernetesFacts.Pods read(InputStream stream) {
        try (stream) {
            return PodList.read(stream, labels);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String reason(ExecutionException e) {
        Throwable told = e;
        for (Throwable cause = e.getCause(); cause != null; cause = told.getCause()) {
            told = cause;
            if (!(told instanceof UncheckedIOException)) {
                break;
            }
        }
        String message = String.valueOf(told.getMessage());
        String line = message.lines().findFirst().orElse("");
        return told.getClass() == IOException.class ? line : told.getClass().getSimpleName() + ": " + line;
    }

    private String token() throws IOException {
        try (InputStream stream = Files.newInputStream(tokenFile)) {
            String token = new String(stream.readNBytes(MAX_TOKEN_BYTES), StandardCharsets.UTF_8).strip();
            if (!token.matches("[!-~]+")) {
                throw new IOException(tokenFile + " holds no token: a line of printable characters without spaces");
            }
            return token;
        }
    }
}
