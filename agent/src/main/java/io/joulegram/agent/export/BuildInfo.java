package io.joulegram.agent.export;

import static java.util.Objects.requireNonNull;

/**
 * Which program is running.
 *
 * @param version version of Joulegram
 * @param revision commit it was built from; {@code unknown} outside a checkout
 * @param java version of the Java runtime
 */
public record BuildInfo(String version, String revision, String java) {
    /** @throws NullPointerException if a part is null */
    public BuildInfo {
        requireNonNull(version, "version");
        requireNonNull(revision, "revision");
        requireNonNull(java, "java");
    }
}
