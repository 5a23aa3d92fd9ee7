package io.joulegram.agent.export;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Which program is running.
 *
 * @param version of Joulegram
 * @param revision the commit it was built from, with {@code -dirty} if files had been changed; {@code unknown} where it
 *     was not built in a git checkout
 * @param java the version of the Java runtime
 */
public record BuildInfo(String version, String revision, String java) {
    /** Written by the build; classes compiled by an editor run without it. */
    private static final String RESOURCE = "/io/joulegram/agent/build.properties";

    private static final String UNKNOWN = "unknown";

    /** @throws NullPointerException if a part is null */
    public BuildInfo {
        requireNonNull(version, "version");
        requireNonNull(revision, "revision");
        requireNonNull(java, "java");
    }

    /** What this process runs. */
    public static BuildInfo current() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream(RESOURCE)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(
                properties.getProperty("version", UNKNOWN),
                properties.getProperty("revision", UNKNOWN),
                System.getProperty("java.version"));
    }

    /** On one line, for people. */
    @Override
    public String toString() {
        return "joulegram " + version + " (revision " + revision + ", Java " + java + ")";
    }
}
