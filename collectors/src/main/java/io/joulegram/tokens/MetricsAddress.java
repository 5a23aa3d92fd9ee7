package io.joulegram.tokens;

import java.net.URI;

/** Addresses on one server. */
final class MetricsAddress {
    private MetricsAddress() {}

    /** Whether an address says where the metrics are, and not only where the server is. */
    static boolean hasPath(URI base) {
        String path = base.getRawPath();
        return path != null && !path.isEmpty() && !path.equals("/");
    }

    /** The same server and query at another path. */
    static URI at(URI base, String path) {
        String query = base.getRawQuery() == null ? "" : "?" + base.getRawQuery();
        return URI.create(base.getScheme() + "://" + base.getRawAuthority() + path + query);
    }
}
