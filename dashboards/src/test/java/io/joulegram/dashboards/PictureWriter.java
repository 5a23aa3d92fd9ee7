package io.joulegram.dashboards;

import io.joulegram.dashboards.preview.Answers;
import io.joulegram.dashboards.preview.DashboardPreview;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Draws the pictures of the dashboards that the manuals show: from the Prometheus that {@code joulegram.prometheus} names,
 * or from one of its own that scrapes the simulated agents for {@code joulegram.seconds}. {@code joulegram.scrape} is how
 * many seconds lie between two scrapes, {@code joulegram.pictures} where the pictures go. It is not among the tests;
 * {@code dashboards/README.md} has the command that runs it.
 */
class PictureWriter {
    private static final Path PICTURES = Path.of("..", "docs", "pictures");
    private static final String ADDRESS = System.getProperty("joulegram.prometheus", "");
    private static final int SECONDS = Integer.getInteger("joulegram.seconds", 900);
    private static final int SCRAPE_SECONDS = Integer.getInteger("joulegram.scrape", 5);
    private static final int STARTING_SECONDS = 420;
    private static final Path TO = Path.of(System.getProperty("joulegram.pictures", PICTURES.toString()));

    @TempDir
    Path directory;

    @Test
    void drawsEveryDashboard() throws Exception {
        if (!ADDRESS.isEmpty()) {
            draw(URI.create(ADDRESS), Map.of());
            return;
        }
        try (SimulatedAgent agent = SimulatedAgent.start(directory);
                Daemon prometheus = prometheus(agent)) {
            // In the first minutes recorded rates are of less time than they are over, and the phases have no fit.
            Thread.sleep(1000L * (SECONDS + STARTING_SECONDS));
            draw(prometheus.address(), Map.of("instance", agent.address()));
        }
    }

    private Daemon prometheus(SimulatedAgent agent) throws IOException {
        Path configuration = Files.writeString(directory.resolve("prometheus.yml"), """
                global: {scrape_interval: %ds}
                rule_files: ['%s']
                scrape_configs:
                  - job_name: joulegram
                    static_configs: [{targets: ['%s', '%s'], labels: {cluster: simulated}}]
                  - job_name: joulegram-proxy
                    static_configs: [{targets: ['%s'], labels: {cluster: simulated}}]
                """.formatted(
                        SCRAPE_SECONDS,
                        Path.of("prometheus", "joulegram-rules.yml").toAbsolutePath(),
                        agent.address(),
                        agent.secondAddress(),
                        agent.proxyAddress()));
        int port = Daemon.freePort();
        return Daemon.start(
                directory.resolve("prometheus.log"),
                port,
                List.of(
                        Programs.prometheus().toString(),
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port));
    }

    private static void draw(URI prometheus, Map<String, String> wanted) throws Exception {
        Answers answers = new Answers(prometheus);
        double now = System.currentTimeMillis() / 1e3;
        Files.createDirectories(TO);
        for (DashboardLintTest.Dashboard dashboard : DashboardLintTest.dashboards()) {
            String picture = new DashboardPreview(dashboard.json(), wanted).draw(answers, now, SECONDS, SCRAPE_SECONDS);
            Files.writeString(TO.resolve(dashboard.json().path("uid").asText() + ".svg"), picture);
        }
    }
}
