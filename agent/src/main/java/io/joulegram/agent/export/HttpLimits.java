package io.joulegram.agent.export;

import java.util.Map;

/**
 * Bounds on what a client can make the endpoint hold. The JDK's server reads them from system properties when its first
 * server is made, for the whole process. A property that the operator has set on the command line wins.
 */
final class HttpLimits {
    private static final Map<String, String> PROPERTIES = Map.of(
            // Connections in all, and of them idle ones kept open.
            "jdk.httpserver.maxConnections", "128",
            "sun.net.httpserver.maxIdleConnections", "32",
            // Seconds that an idle connection, the reading of a request and the writing of an answer may last.
            "sun.net.httpserver.idleInterval", "75",
            "sun.net.httpserver.maxReqTime", "5",
            "sun.net.httpserver.maxRspTime", "10",
            // Headers of a request, in number and in bytes.
            "sun.net.httpserver.maxReqHeaders", "64",
            "sun.net.httpserver.maxReqHeaderSize", "32768",
            // Bytes of an unread body that are skipped. At 0 the server closes every connection, body or not.
            "sun.net.httpserver.drainAmount", "1024",
            // Without this every answer on a kept connection waits for the client's delayed ACK, about 40 ms.
            "sun.net.httpserver.nodelay", "true");

    private HttpLimits() {}

    /** Sets what is not set yet. To be called before the first server of the JDK is made. */
    static void apply() {
        PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }
}
