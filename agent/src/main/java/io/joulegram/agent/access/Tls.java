package io.joulegram.agent.access;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.joulegram.agent.config.WebConfig;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** Encrypts connections by the newest certificates and rules; a connection keeps those it began with. Thread-safe. */
final class Tls {
    /** A session that is taken up again is not verified again, so it must not outlive a change of authorities for long. */
    private static final int SESSION_SECONDS = 300;

    private final ServerKeys keys;
    private final ClientTrust trust;
    private final SSLContext context;
    private volatile WebConfig.Tls rules;

    Tls(WebConfig.Tls rules) {
        this.rules = rules;
        keys = new ServerKeys(rules);
        trust = new ClientTrust(rules);
        try {
            context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Takes others for connections that begin from now on. */
    void use(WebConfig.Tls others) {
        keys.use(others);
        trust.use(others);
        rules = others;
    }

    /** For the server of the JDK. */
    HttpsConfigurator configurator() {
        return new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters connection) {
                connection.setSSLParameters(parameters(rules));
            }
        };
    }

    /** The server's end of a connection. */
    SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setSSLParameters(parameters(rules));
        return engine;
    }

    private SSLParameters parameters(WebConfig.Tls now) {
        SSLParameters parameters = context.getDefaultSSLParameters();
        parameters.setProtocols(now.protocols().toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        if (!now.cipherSuites().isEmpty()) {
            parameters.setCipherSuites(now.cipherSuites().toArray(String[]::new));
        }
        // Each of the two setters undoes the other, so only one is called.
        if (now.clientAuth().requires()) {
            parameters.setNeedClientAuth(true);
        } else {
            parameters.setWantClientAuth(now.clientAuth() != WebConfig.ClientAuth.NO_CLIENT_CERT);
        }
        return parameters;
    }
}
