package io.joulegram.agent.access;

import io.joulegram.agent.config.WebConfig;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives the server's key and certificates to TLS. A handshake asks by an alias that it was given a moment before, so the
 * pair before the newest is kept for those that had begun. Thread-safe.
 */
final class ServerKeys extends X509ExtendedKeyManager {
    private record Pair(
            String alias,
            PrivateKey key,
            List<X509Certificate> certificates,
            @Nullable Pair before) {}

    private final AtomicReference<Pair> newest = new AtomicReference<>();

    ServerKeys(WebConfig.Tls tls) {
        newest.set(new Pair("0", tls.privateKey(), tls.certificates(), null));
    }

    /** Takes another pair for handshakes that begin from now on. */
    void use(WebConfig.Tls tls) {
        newest.updateAndGet(pair -> new Pair(
                String.valueOf(Long.parseLong(pair.alias()) + 1),
                tls.privateKey(),
                tls.certificates(),
                new Pair(pair.alias(), pair.key(), pair.certificates(), null)));
    }

    private Pair newest() {
        return Objects.requireNonNull(newest.get());
    }

    private @Nullable Pair of(String alias) {
        Pair pair = newest();
        if (pair.alias().equals(alias)) {
            return pair;
        }
        Pair before = pair.before();
        return before != null && before.alias().equals(alias) ? before : null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        Pair pair = newest();
        return pair.key().getAlgorithm().equals(keyType) ? pair.alias() : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        Pair pair = of(alias);
        return pair == null ? null : pair.key();
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        Pair pair = of(alias);
        return pair == null ? null : pair.certificates().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        String alias = chooseEngineServerAlias(keyType, issuers, null);
        return alias == null ? null : new String[] {alias};
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
