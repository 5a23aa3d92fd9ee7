package io.joulegram.agent.otlp;

import io.joulegram.agent.export.BuildInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the figures are of, in the words of OpenTelemetry's semantic conventions for resources.
 *
 * @param attributes each key once
 */
public record OtlpResource(List<Attribute> attributes) {
    /** Copies the list. */
    public OtlpResource {
        attributes = List.copyOf(attributes);
    }

    /**
     * This agent on this host.
     *
     * @param hostname as the kernel has it; empty if unknown
     * @param port that it listens on; with the name of the host it tells one agent from all others
     * @param configured in place of and beside what is found
     */
    public static OtlpResource of(
            BuildInfo build, Optional<String> hostname, int port, Map<String, String> configured) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("service.name", "joulegram");
        attributes.put("service.version", build.version());
        attributes.put("service.instance.id", hostname.orElse("localhost") + ":" + port);
        hostname.ifPresent(name -> attributes.put("host.name", name));
        attributes.put("host.arch", architecture(System.getProperty("os.arch")));
        attributes.put(
                "os.type",
                System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux");
        attributes.putAll(configured);
        return new OtlpResource(attributes.entrySet().stream()
                .map(entry -> new Attribute(entry.getKey(), entry.getValue()))
                .toList());
    }

    /** Java and OpenTelemetry have different words for ARM. */
    private static String architecture(String java) {
        return java.equals("aarch64") ? "arm64" : java;
    }
}
