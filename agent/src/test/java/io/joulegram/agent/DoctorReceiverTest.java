package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.otlp.LocalReceiver;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorReceiverTest {
    @TempDir
    Path directory;

    private String examined(String otlp) throws Exception {
        Path file = Files.writeString(directory.resolve("joulegram.yaml"), "servers: none\n" + otlp);
        AgentConfig config = new ConfigLoader(Map.of()).load(file, List.of());
        StringWriter out = new StringWriter();
        new Doctor(config, new PrintWriter(out)).examine(List.of());
        return out.toString();
    }

    @Test
    void aReceiverIsAskedWithoutFigures() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.start()) {
            assertThat(examined("otlp.endpoint: " + receiver.uri()))
                    .contains("OTLP\n  ok       " + receiver.uri() + "/v1/metrics: takes figures\n");
            assertThat(receiver.pushes()).hasSize(1);
            assertThat(receiver.pushes().get(0).request().getResourceMetricsList())
                    .isEmpty();
        }
    }

    @Test
    void aReceiverThatIsNotThereIsMissing() throws Exception {
        LocalReceiver gone = LocalReceiver.start();
        gone.close();

        assertThat(examined("otlp.endpoint: " + gone.uri()))
                .contains("OTLP\n  missing  " + gone.uri() + "/v1/metrics: no connection\n");
    }

    @Test
    void nobodyIsAskedWhereNothingIsPushed() throws Exception {
        assertThat(examined("")).doesNotContain("OTLP");
    }
}
