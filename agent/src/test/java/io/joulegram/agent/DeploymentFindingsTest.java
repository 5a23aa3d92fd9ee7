package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ServerRole;
import io.joulegram.tokens.ServerTarget;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeploymentFindingsTest {
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);
    private final DeploymentFindings findings = new DeploymentFindings(new Findings(out));

    private static ServerTarget server(String name, String deployment, Optional<ServerRole> role) {
        return new ServerTarget(
                name,
                URI.create("http://127.0.0.1:8000"),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.of(deployment).filter(of -> !of.isEmpty()),
                role,
                CountingHost.HERE);
    }

    private static EngineTraits does(ServerRole role) {
        return new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED, role, true, CountingHost.HERE);
    }

    private String told() {
        findings.tell();
        out.flush();
        return text.toString();
    }

    @Test
    void aPairIsToldWithWhatItIsKnownBy() {
        findings.note(server("a", "chat", Optional.of(ServerRole.PREFILL)), does(ServerRole.PREFILL));
        findings.note(server("b", "chat", Optional.empty()), does(ServerRole.DECODE));

        assertThat(told())
                .contains("ok       a does: prefill alone, as configured\n")
                .contains("ok       b does: decode alone, as its engine tells\n")
                .contains("ok       deployment chat: both phases are done here\n")
                .doesNotContain("missing");
    }

    @Test
    void halfOfADeploymentIsTold() {
        findings.note(server("a", "chat", Optional.of(ServerRole.DECODE)), does(ServerRole.DECODE));

        assertThat(told()).contains("missing  deployment chat: only decode is done here");
    }

    @Test
    void aServerWhoseTokensAreCountedElsewhereIsTold() {
        ServerTarget part = new ServerTarget(
                "a",
                URI.create("http://10.0.0.1:8000"),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.of("chat"),
                Optional.empty(),
                CountingHost.ELSEWHERE);
        findings.note(part, new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED));

        assertThat(told())
                .contains("ok       a tokens: counted by the agent of the host of its API")
                .contains("ok       deployment chat: its figures per token are of several hosts");
    }

    @Test
    void aRoleWithoutADeploymentIsTold() {
        findings.note(server("a", "", Optional.empty()), does(ServerRole.PREFILL));
        findings.note(server("b", "", Optional.empty()), does(ServerRole.BOTH));

        assertThat(told())
                .contains("fix: give them the same servers[].deployment")
                .contains("missing  b takes prompts: it counts prompt tokens that another server")
                .doesNotContain("a takes prompts")
                .doesNotContain("b does")
                .doesNotContain("deployment chat");
    }
}
