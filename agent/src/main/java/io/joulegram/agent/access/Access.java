package io.joulegram.agent.access;

import com.sun.net.httpserver.HttpsConfigurator;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.WebConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may read, and how connections are encrypted, as the web configuration has it at the moment. Thread-safe.
 *
 * <p>The file and the certificates and key that it names are read again when they change, on a thread of its own, so that
 * no request waits for a disk. What cannot be used is logged, and what was read before stays in force. Whether TLS is
 * spoken at all is fixed when the port is opened.
 */
public final class Access implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Access.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private final CountDownLatch closing = new CountDownLatch(1);
    private final Optional<Tls> tls;

    private volatile Rules rules;

    private record Rules(Map<String, String> headers, Optional<BasicAuth> users) {
        static final Rules NONE = new Rules(Map.of(), Optional.empty());

        static Rules of(WebConfig config) {
            Map<String, String> hashes = config.passwordHashes();
            return new Rules(
                    config.headers(), hashes.isEmpty() ? Optional.empty() : Optional.of(new BasicAuth(hashes)));
        }
    }

    /** What tells one version of a file from the next. */
    private record Version(long modifiedMillis, long bytes, String identity) {
        static Optional<Version> of(Path file) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return Optional.of(new Version(
                        attributes.lastModifiedTime().toMillis(),
                        attributes.size(),
                        String.valueOf(attributes.fileKey())));
            } catch (IOException e) {
                return Optional.empty();
            }
        }
    }

    private Access(Optional<WebConfig> config) {
        rules = config.map(Rules::of).orElse(Rules.NONE);
        tls = config.flatMap(WebConfig::tls).map(Tls::new);
    }

    /**
     * Access as it is configured.
     *
     * @param config what was read; everyone may read, in clear text, if empty
     */
    public static Access of(Optional<WebConfig> config) {
        return of(config, LOOK_EVERY);
    }

    static Access of(Optional<WebConfig> config, Duration lookEvery) {
        Access access = new Access(config);
        config.ifPresent(present -> {
            Map<Path, Optional<Version>> versions = versions(present);
            Thread thread = new Thread(() -> access.watch(present, versions, lookEvery), "web-config");
            thread.setDaemon(true);
            thread.start();
        });
        return access;
    }

    /** How connections are encrypted; not at all if empty. */
    public Optional<HttpsConfigurator> https() {
        return tls.map(Tls::configurator);
    }

    /** Makes the server's end of each connection; empty if connections are not encrypted. */
    public Optional<Supplier<SSLEngine>> engines() {
        return tls.map(present -> present::engine);
    }

    /** Headers that every answer has, by name. */
    public Map<String, String> headers() {
        return rules.headers();
    }

    /**
     * Decides on a request. May take as long as a bcrypt hash does.
     *
     * @param authorization the value of its Authorization header
     */
    public Verdict check(Optional<String> authorization) {
        return rules.users().map(users -> users.check(authorization)).orElse(Verdict.GRANTED);
    }

    private void watch(WebConfig first, Map<Path, Optional<Version>> firstVersions, Duration lookEvery) {
        WebConfig config = first;
        Map<Path, Optional<Version>> inForce = firstVersions;
        Map<Path, Optional<Version>> before = firstVersions;
        String complaint = "";
        try {
            while (!closing.await(lookEvery.toMillis(), TimeUnit.MILLISECONDS)) {
                Map<Path, Optional<Version>> now = versions(config);
                // A file that is half written may be valid and say something else.
                boolean settled = now.equals(before);
                before = now;
                // After a failure every look is a new try: what was missing may not be among the files looked at.
                if (settled && !(now.equals(inForce) && complaint.isEmpty())) {
                    try {
                        config = reread(config.file());
                        inForce = now;
                        complaint = "";
                    } catch (ConfigException e) {
                        complaint = tell(String.valueOf(e.getMessage()), complaint);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String tell(String complaint, String before) {
        if (!complaint.equals(before)) {
            LOG.warn("the former web configuration stays in force: {}", complaint);
        }
        return complaint;
    }

    private WebConfig reread(Path file) throws ConfigException {
        WebConfig config = WebConfig.read(file);
        if (config.tls().isPresent() != tls.isPresent()) {
            LOG.warn("{}: TLS can be switched on or off only by a restart; until then it stays as it is", file);
        }
        tls.ifPresent(present -> config.tls().ifPresent(present::use));
        rules = Rules.of(config);
        LOG.info("{} and the files it names were read again and are in force", file);
        return config;
    }

    private static Map<Path, Optional<Version>> versions(WebConfig config) {
        Map<Path, Optional<Version>> versions = new HashMap<>();
        config.files().forEach(file -> versions.put(file, Version.of(file)));
        return versions;
    }

    /** Stops to look at the files. */
    @Override
    public void close() {
        closing.countDown();
    }
}
