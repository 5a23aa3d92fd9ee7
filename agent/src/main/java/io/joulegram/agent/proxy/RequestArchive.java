package io.joulegram.agent.proxy;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Documents of the newest requests for which no more energy comes. Thread-safe. */
final class RequestArchive {
    static final int MOST = 10_000;

    private final Map<String, byte[]> newest = new LinkedHashMap<>();

    /** Adds one; the oldest may go for it. */
    synchronized void add(MeteredRequest request) {
        newest.put(request.origin().id(), RequestDocument.of(request));
        if (newest.size() > MOST) {
            newest.remove(newest.keySet().iterator().next());
        }
    }

    /** What is known of a request, as {@link RequestDocument} has it. */
    synchronized Optional<byte[]> find(String id) {
        return Optional.ofNullable(newest.get(id));
    }
}
