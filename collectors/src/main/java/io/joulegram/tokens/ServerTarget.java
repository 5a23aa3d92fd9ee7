package io.joulegram.tokens;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * An inference server to scrape.
 *
 * @param name the {@code server} label: {@code host:port} unless configured
 * @param baseUri where the server is, such as {@code http://127.0.0.1:8000}; the engine knows the path of its metrics,
 *     unless this has a path of its own
 * @param engine the engine's name if it is known; else it is recognised from its metrics
 * @param bearerToken sent as {@code Authorization: Bearer}
 * @param devices the {@code device} labels of the GPUs that serve it; empty if they are to be found
 * @param deployment the {@code deployment} label of the servers that together serve a model, of which this is one
 * @param role what it does of each request; empty if the engine is to tell
 * @param tokens whether this host's agent counts its tokens; if not, its API is on another host and GPUs of it are here
 */
public record ServerTarget(
        String name,
        URI baseUri,
        Optional<String> engine,
        Optional<String> bearerToken,
        List<String> devices,
        Optional<String> deployment,
        Optional<ServerRole> role,
        CountingHost tokens) {

    /** A server of this host that is of no deployment. */
    public ServerTarget(
            String name, URI baseUri, Optional<String> engine, Optional<String> bearerToken, List<String> devices) {
        this(name, baseUri, engine, bearerToken, devices, Optional.empty(), Optional.empty(), CountingHost.HERE);
    }

    /** Copies the list. */
    public ServerTarget {
        requireNonNull(name, "name");
        requireNonNull(baseUri, "baseUri");
        requireNonNull(engine, "engine");
        requireNonNull(bearerToken, "bearerToken");
        requireNonNull(deployment, "deployment");
        requireNonNull(role, "role");
        requireNonNull(tokens, "tokens");
        devices = List.copyOf(devices);
    }

    /** Whether its API is on another host. */
    public boolean isElsewhere() {
        return tokens == CountingHost.ELSEWHERE;
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
        return "ServerTarget[" + name + ", " + baseUri + ", " + engine.orElse("auto") + ", devices=" + devices
                + deployment.map(of -> ", deployment=" + of).orElse("")
                + role.map(of -> ", role=" + of.label()).orElse("")
                + (isElsewhere() ? ", tokens=" + tokens.label() : "") + "]";
    }
}
