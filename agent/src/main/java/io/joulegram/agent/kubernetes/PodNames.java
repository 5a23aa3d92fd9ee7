package io.joulegram.agent.kubernetes;

import java.util.regex.Pattern;

/** What pods and containers may be called. */
final class PodNames {
    /** Names of pods are names of DNS, those of namespaces and containers labels of it (RFC 1123). */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,252}");

    private PodNames() {}

    /** Whether these can be the names of a container. */
    static boolean areValid(String namespace, String pod, String container) {
        return NAME.matcher(namespace).matches()
                && NAME.matcher(pod).matches()
                && NAME.matcher(container).matches();
    }
}
