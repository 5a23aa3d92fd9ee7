package io.joulegram.dashboards;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files that are made from others and checked in beside them. Paths are relative to this module. */
final class Products {
    private static final Path SOURCES = Path.of("src", "dashboards");
    private static final Path RULES = Path.of("prometheus", "joulegram-rules.yml");
    private static final Path MANIFEST = Path.of("prometheus", "joulegram-prometheusrule.yml");

    private static final String MANIFEST_HEAD = """
            # The rules of joulegram-rules.yml for the Prometheus operator. Made from it: see README.md here.
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: joulegram
              labels:
                app.kubernetes.io/name: joulegram
            spec:
            """;

    private Products() {}

    /** Every made file and what is to be in it. */
    static Map<Path, String> all() throws IOException {
        Map<Path, String> products = new TreeMap<>();
        for (Path source : sources()) {
            String name = source.getFileName().toString().replace(".yml", "");
            products.put(Path.of("grafana", "joulegram-" + name + ".json"), dashboard(source));
        }
        products.put(MANIFEST, manifest());
        return products;
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.sorted().toList();
        }
    }

    private static String dashboard(Path source) throws IOException {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        Map<String, Object> json = new DashboardJson(ShortForm.read(source)).json();
        return new ObjectMapper().writer(printer).writeValueAsString(json) + "\n";
    }

    /** The very text of the rules, two columns further in. */
    private static String manifest() throws IOException {
        return Files.readString(RULES)
                .lines()
                .dropWhile(line -> !line.equals("groups:"))
                .map(line -> line.isEmpty() ? line : "  " + line)
                .collect(joining("\n", MANIFEST_HEAD, "\n"));
    }
}
