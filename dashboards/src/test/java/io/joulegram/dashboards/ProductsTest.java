package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** With {@code -Djoulegram.write=true} it writes the made files instead of comparing them. */
class ProductsTest {
    @Test
    void whatIsCheckedInIsWhatIsMade() throws IOException {
        boolean write = Boolean.getBoolean("joulegram.write");
        for (Map.Entry<Path, String> product : Products.all().entrySet()) {
            if (write) {
                Files.writeString(product.getKey(), product.getValue());
            }
            assertThat(Files.readString(product.getKey()))
                    .as("%s; dashboards/README.md tells how to make it anew", product.getKey())
                    .isEqualTo(product.getValue());
        }
    }

    @Test
    void everyDashboardHasASource() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("grafana"))) {
            Set<Path> dashboards = new TreeSet<>(
                    files.filter(file -> file.toString().endsWith(".json")).toList());
            assertThat(dashboards).hasSize(8).isSubsetOf(Products.all().keySet());
        }
    }
}
