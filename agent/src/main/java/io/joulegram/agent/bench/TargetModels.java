package io.joulegram.agent.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.report.Table;
import io.joulegram.agent.top.AgentReader;
import io.joulegram.agent.top.BoundedExchange;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The models that a server has: {@code /v1/models}. */
final class TargetModels {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int OK = 200;
    private static final int MOST_SHOWN = 10;
    private static final int LONGEST_SHOWN = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client;
    private final HttpRequest request;
    private final URI target;

    /** @throws IOException if the certificates cannot be read */
    TargetModels(URI target, Optional<String> apiKey, Optional<Path> authorities) throws IOException {
        this.target = target;
        client = AgentReader.client(authorities);
        HttpRequest.Builder builder = HttpRequest.newBuilder(target.resolve("v1/models"));
        apiKey.ifPresent(key -> builder.header("Authorization", "Bearer " + key));
        request = builder.build();
    }

    /** Whether the server answers. */
    boolean answers() throws InterruptedException {
        try {
            return BoundedExchange.await(client, request, PATIENCE).statusCode() == OK;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The one model.
     *
     * @throws BenchException if the server does not answer, or has another number of models than one
     */
    String only() throws BenchException, InterruptedException {
        List<String> models = models();
        if (models.size() == 1) {
            return models.get(0);
        }
        throw new BenchException(target + " has " + (models.isEmpty() ? "no model" : "several models")
                + ": name one by --model" + (models.isEmpty() ? "" : ": " + shown(models)));
    }

    private static String shown(List<String> models) {
        List<String> first = models.stream()
                .limit(MOST_SHOWN)
                .map(name -> name.length() > LONGEST_SHOWN ? name.substring(0, LONGEST_SHOWN) + "..." : name)
                .toList();
        int more = models.size() - first.size();
        return Table.printable(String.join(", ", first)).replace('\n', '?')
                + (more > 0 ? " and " + more + " more" : "");
    }

    private List<String> models() throws BenchException, InterruptedException {
        try {
            HttpResponse<byte[]> response = BoundedExchange.await(client, request, PATIENCE);
            if (response.statusCode() != OK) {
                throw new BenchException(target + "v1/models answers with status " + response.statusCode()
                        + (response.statusCode() == 401 ? ": it wants a key (--api-key-file)" : ""));
            }
            return JSON.readTree(response.body())
                    .path("data")
                    .valueStream()
                    .map(model -> model.path("id").asText(""))
                    .filter(id -> !id.isEmpty())
                    .toList();
        } catch (JsonProcessingException e) {
            throw new BenchException(target + "v1/models does not answer as OpenAI's API does", e);
        } catch (ConnectException e) {
            throw new BenchException(
                    "nobody answers at " + target + (e.getMessage() == null ? "" : ": " + e.getMessage()), e);
        } catch (IOException e) {
            throw new BenchException(target + "v1/models cannot be read: " + e.getMessage(), e);
        }
    }
}
