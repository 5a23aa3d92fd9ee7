package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AimFindingsTest {
    @TempDir
    Path directory;

    private String told(Map<String, Set<String>> modelsByServer) throws Exception {
        AgentConfig config =
                new ConfigLoader(Map.of()).load(Files.writeString(directory.resolve("joulegram.yaml"), """
                        budgets:
                          - {name: site, limit: 1kg, period: day}
                          - {name: chat, limit: 1kg, period: day, model: org/llama}
                          - {name: code, limit: 1kg, period: day, server: s1, model: coder}
                        objectives:
                          - {name: cheap, joules-per-token: 4, window: 5m, server: s2}
                        """), List.of());
        StringWriter text = new StringWriter();
        AimFindings aims = new AimFindings(new Findings(new PrintWriter(text)));
        modelsByServer.forEach(aims::note);
        config.budgets().forEach(aims::tell);
        config.objectives().forEach(aims::tell);
        return text.toString();
    }

    @Test
    void whatIsAimedAtAModelThatThereIsIsNotTold() throws Exception {
        assertThat(told(Map.of("s1", Set.of("coder"), "s2", Set.of("org/llama"))))
                .isEmpty();
    }

    @Test
    void whatIsAimedAtNothingIsToldWithWhatThereIs() throws Exception {
        assertThat(told(Map.of("s1", Set.of("llama"), "s3", Set.of("coder")))).isEqualToNormalizingNewlines("""
                          missing  budget chat: no server has the model org/llama, so it counts nothing; there are: coder, llama
                          missing  budget code: no server has the model coder, so it counts nothing; there are: llama
                          missing  objective cheap: no server that answers is called s2, so it counts nothing; there are: s1, s3
                        """);
        assertThat(told(Map.of()))
                .contains("budget chat: no server has the model org/llama, so it counts nothing; there is none");
    }
}
