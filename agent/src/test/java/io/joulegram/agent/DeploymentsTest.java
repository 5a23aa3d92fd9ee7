package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.Conditions;
import io.joulegram.agent.attribution.MeterFeed;
import io.joulegram.agent.attribution.ModelAccount;
import io.joulegram.agent.attribution.TokenWeights;
import io.joulegram.agent.energy.CumulativeEnergy;
import io.joulegram.agent.export.Snapshot.DeploymentState;
import io.joulegram.agent.export.Snapshot.TokenKind;
import io.joulegram.power.Component;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ServerRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server that reads at 600 W and one that writes 100 tokens a second at 200 W, for ten seconds. */
class DeploymentsTest {
    private static final long SECOND = 1_000_000_000L;

    private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, 1);
    private final List<List<String>> asked = new ArrayList<>();

    private record Constant(double watts) implements CumulativeEnergy {
        @Override
        public long coveredUntilNanos() {
            return Long.MAX_VALUE / 2;
        }

        @Override
        public long microjoulesAt(long timeNanos) {
            return Math.round(watts * timeNanos * 1e-3);
        }
    }

    @BeforeEach
    void serve() {
        for (long second = 0; second <= 10; second++) {
            attribution.advance(
                    second * SECOND,
                    new Conditions(
                            List.of(
                                    new MeterFeed(Component.GPU, "0", new Constant(600), true),
                                    new MeterFeed(Component.GPU, "1", new Constant(200), true)),
                            List.of(),
                            Map.of("0", List.of("reads"), "1", List.of("writes")),
                            OptionalDouble.empty()));
            scrape("reads", ServerRole.PREFILL, second);
            scrape("writes", ServerRole.DECODE, second);
        }
    }

    private void scrape(String server, ServerRole role, long second) {
        ModelTokens told = new ModelTokens(
                "m",
                OptionalLong.of(1_000 * second),
                OptionalLong.of(0),
                OptionalLong.of(100 * second),
                OptionalDouble.of(1),
                OptionalDouble.of(0));
        EngineTraits traits = new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED, role);
        attribution.onScrape(server, new Scrape(second * SECOND, 0, traits, false, List.of(role.counted(told))));
    }

    private Deployments.Member member(String server, ServerRole role, String... gpus) {
        List<ModelAccount> models = attribution.servers().stream()
                .filter(account -> account.server().equals(server))
                .flatMap(account -> account.models().stream())
                .toList();
        return new Deployments.Member("chat", role, CountingHost.HERE, List.of(gpus), models);
    }

    private List<DeploymentState> told(Deployments.Member... members) {
        return new Deployments(new PerTokenFigures(attribution, false)).of(List.of(members), gpus -> {
            asked.add(gpus);
            return new Uncertainties(List.of(), gpus, List.of(), new Uncertainties.Factors(0, 0));
        });
    }

    private static double joules(List<DeploymentState> states, TokenKind kind) {
        return states.stream()
                .flatMap(state -> state.perToken().stream())
                .filter(figure -> figure.kind() == kind)
                .findFirst()
                .orElseThrow()
                .joules();
    }

    @Test
    void joulesOfBothServersAreOverTokensThatAreCountedOnce() {
        List<DeploymentState> states =
                told(member("reads", ServerRole.PREFILL, "0"), member("writes", ServerRole.DECODE, "1"));

        assertThat(states).extracting(DeploymentState::model).containsExactly("m");
        assertThat(joules(states, TokenKind.GENERATION)).isCloseTo(8, within(1e-9));
        assertThat(joules(states, TokenKind.ALL)).isCloseTo(800 / 1_100.0, within(1e-9));
        assertThat(asked).containsExactly(List.of("0", "1"));
    }

    @Test
    void halfOfADeploymentHasNoFigures() {
        assertThat(told(member("reads", ServerRole.PREFILL, "0"))).isEmpty();
        assertThat(told(member("writes", ServerRole.DECODE, "1"))).isEmpty();
    }

    @Test
    void oneWithAServerWhoseTokensAreCountedElsewhereHasNoFigures() {
        Deployments.Member part =
                new Deployments.Member("chat", ServerRole.BOTH, CountingHost.ELSEWHERE, List.of("2"), List.of());

        assertThat(told(member("reads", ServerRole.PREFILL, "0"), member("writes", ServerRole.DECODE, "1"), part))
                .isEmpty();
    }

    @Test
    void whereGpusOfOneServerAreNotKnownAnyMayServe() {
        told(member("reads", ServerRole.PREFILL), member("writes", ServerRole.DECODE, "1"));

        assertThat(asked).containsExactly(List.of());
    }
}
