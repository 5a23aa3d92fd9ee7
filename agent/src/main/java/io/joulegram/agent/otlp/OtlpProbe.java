package io.joulegram.agent.otlp;

import io.joulegram.agent.config.AgentConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.concurrent.CompletableFuture;

/**
 * What a receiver says to a request without figures.
 *
 * @param address where requests go
 * @param accepts whether it takes them
 * @param reason why not; empty if it does
 */
public record OtlpProbe(URI address, boolean accepts, String reason) {
    /**
     * Asks, once.
     *
     * @param client verifies certificates and follows no redirects
     */
    public static OtlpProbe of(AgentConfig.Otlp settings, URI endpoint, HttpClient client) {
        OtlpReceiver receiver = new OtlpReceiver(client, settings, endpoint);
        // No bytes are a message whose fields all have their defaults: a request without figures.
        Outcome outcome = receiver.post(new byte[0], settings.timeout(), new CompletableFuture<>());
        if (outcome instanceof Outcome.Unavailable unavailable) {
            return new OtlpProbe(receiver.address(), false, unavailable.reason());
        }
        if (outcome instanceof Outcome.Refused refused) {
            return new OtlpProbe(receiver.address(), false, refused.reason());
        }
        return new OtlpProbe(receiver.address(), true, "");
    }
}
