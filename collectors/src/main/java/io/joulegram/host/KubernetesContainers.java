package io.joulegram.host;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of a node's containers, from the links to their logs that every kubelet keeps, {@code
 * /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log}: so it takes neither a service account nor the kubelet's socket.
 * Names of pods and namespaces are DNS names, which hold no underscore.
 *
 * <p>Immutable; any thread.
 */
public final class KubernetesContainers {
    /** A kubelet runs 110 pods unless told otherwise; links of containers that were restarted stay for a while. */
    private static final int MAX_LINKS = 20_000;

    private static final Pattern LINK = Pattern.compile(
            "([a-z0-9][a-z0-9.-]{0,252})_([a-z0-9][a-z0-9-]{0,62})_([a-z0-9][a-z0-9-]{0,62})-([0-9a-f]{64})\\.log");

    private final Path directory;

    /** @param directory where the links are, {@code /var/log/containers} as a rule */
    public KubernetesContainers(Path directory) {
        this.directory = directory;
    }

    /** Containers by all 64 digits of their id; none where this is no node of Kubernetes, or the links cannot be listed. */
    public Map<String, KubernetesContainer> byId() {
        Map<String, KubernetesContainer> containers = new HashMap<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(directory)) {
            int left = MAX_LINKS;
            for (Path link : links) {
                if (left-- <= 0) {
                    break;
                }
                Matcher name = LINK.matcher(link.getFileName().toString());
                if (name.matches()) {
                    containers.put(name.group(4), new KubernetesContainer(name.group(2), name.group(1), name.group(3)));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // No node of Kubernetes, or not readable: what was read is as good as it gets, and names are a nicety.
            return containers;
        }
        return containers;
    }
}
