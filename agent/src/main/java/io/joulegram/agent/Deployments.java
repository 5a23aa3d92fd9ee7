package io.joulegram.agent;

import io.joulegram.agent.attribution.ModelAccount;
import io.joulegram.agent.attribution.RollingWindow;
import io.joulegram.agent.export.Snapshot.DeploymentState;
import io.joulegram.agent.export.Snapshot.PerToken;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.ServerRole;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Figures per token of models that several servers of this host serve together, such as one that reads prompts and one that
 * writes output. Where only one of the phases is done here, or a server's tokens are counted elsewhere, there are none: the rest
 * of the energy, or of the tokens, is another host's. Used by the bookkeeping thread.
 */
final class Deployments {
    private final PerTokenFigures perToken;

    /**
     * A server of a deployment.
     *
     * @param gpus the {@code device} labels of its GPUs; empty if they are not known
     */
    record Member(
            String deployment, ServerRole role, CountingHost tokens, List<String> gpus, List<ModelAccount> models) {}

    Deployments(PerTokenFigures perToken) {
        this.perToken = perToken;
    }

    /** What is watched here of one deployment. */
    private static final class Part {
        private final Set<ServerRole> roles = EnumSet.noneOf(ServerRole.class);
        private final Set<String> gpus = new TreeSet<>();
        private final Map<String, List<RollingWindow>> windowsByModel = new TreeMap<>();
        private boolean gpusKnown = true;
        private boolean countedHere = true;

        void add(Member member) {
            roles.add(member.role());
            countedHere &= member.tokens() == CountingHost.HERE;
            gpus.addAll(member.gpus());
            gpusKnown &= !member.gpus().isEmpty();
            member.models()
                    .forEach(model -> windowsByModel
                            .computeIfAbsent(model.model(), name -> new ArrayList<>())
                            .add(model.window()));
        }

        /** Empty where those of one server are not known, which then may be any. */
        List<String> gpus() {
            return gpusKnown ? List.copyOf(gpus) : List.of();
        }
    }

    /**
     * The figures, in the order of deployments and models.
     *
     * @param uncertainties by the GPUs that serve
     */
    List<DeploymentState> of(List<Member> members, Function<List<String>, Uncertainties> uncertainties) {
        Map<String, Part> parts = new TreeMap<>();
        members.forEach(member ->
                parts.computeIfAbsent(member.deployment(), name -> new Part()).add(member));
        List<DeploymentState> states = new ArrayList<>();
        parts.forEach((deployment, part) -> {
            if (part.countedHere && ServerRole.areBothDone(part.roles)) {
                part.windowsByModel.forEach((model, windows) -> {
                    List<PerToken> figures =
                            perToken.of(RollingWindow.together(windows), uncertainties.apply(part.gpus()));
                    if (!figures.isEmpty()) {
                        states.add(new DeploymentState(deployment, model, figures));
                    }
                });
            }
        });
        return states;
    }
}
