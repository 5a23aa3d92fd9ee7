package io.joulegram.agent.export;

import io.joulegram.agent.export.Snapshot.DeploymentState;
import io.joulegram.agent.export.Snapshot.ModelState;
import io.joulegram.agent.export.Snapshot.PerToken;
import io.joulegram.agent.export.Snapshot.PhaseEnergy;
import io.joulegram.agent.export.Snapshot.PhaseEstimate;
import io.joulegram.agent.export.Snapshot.PhaseFitState;
import io.joulegram.agent.export.Snapshot.PhasePerToken;
import io.joulegram.agent.export.Snapshot.ServerState;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.ServerRole;

/** The series of inference servers and their models. */
final class ModelSeries {
    /** The metrics of figures per token of servers, or of deployments. */
    private record PerTokenMetrics(
            MetricCatalogue joules,
            MetricCatalogue grams,
            MetricCatalogue joulesUncertainty,
            MetricCatalogue gramsUncertainty) {}

    private static final PerTokenMetrics SERVER = new PerTokenMetrics(
            MetricCatalogue.ENERGY_PER_TOKEN_JOULES,
            MetricCatalogue.CO2_PER_TOKEN_GRAMS,
            MetricCatalogue.ENERGY_PER_TOKEN_UNCERTAINTY_RATIO,
            MetricCatalogue.CO2_PER_TOKEN_UNCERTAINTY_RATIO);
    private static final PerTokenMetrics DEPLOYMENT = new PerTokenMetrics(
            MetricCatalogue.DEPLOYMENT_ENERGY_PER_TOKEN_JOULES,
            MetricCatalogue.DEPLOYMENT_CO2_PER_TOKEN_GRAMS,
            MetricCatalogue.DEPLOYMENT_ENERGY_PER_TOKEN_UNCERTAINTY_RATIO,
            MetricCatalogue.DEPLOYMENT_CO2_PER_TOKEN_UNCERTAINTY_RATIO);

    private final Families families;

    ModelSeries(Families families) {
        this.families = families;
    }

    void add(Snapshot snapshot) {
        snapshot.servers().forEach(this::addServer);
        boolean embodiedKnown = !snapshot.carbon().embodied().isEmpty();
        snapshot.models().forEach(model -> addModel(model, embodiedKnown));
        for (DeploymentState state : snapshot.deployments()) {
            state.perToken().forEach(figure -> addPerToken(DEPLOYMENT, state.deployment(), state.model(), figure));
        }
    }

    private void addServer(ServerState server) {
        families.addFlag(
                MetricCatalogue.SERVER_UP,
                server.up(),
                server.server(),
                server.engine().orElse(""));
        if (server.engine().isPresent()
                && server.promptIncludesCached().isPresent()
                && server.countsAt().isPresent()) {
            families.add(
                    MetricCatalogue.SERVER_INFO,
                    1,
                    server.server(),
                    server.engine().get(),
                    server.promptIncludesCached().get().toString(),
                    server.countsAt().get());
        }
        server.role()
                .filter(role -> server.deployment().isPresent()
                        || !role.equals(ServerRole.BOTH.label())
                        || !server.tokens().equals(CountingHost.HERE.label()))
                .ifPresent(role -> families.add(
                        MetricCatalogue.SERVER_ROLE_INFO,
                        1,
                        server.server(),
                        server.deployment().orElse(""),
                        role,
                        server.tokens()));
    }

    private void addModel(ModelState state, boolean embodiedKnown) {
        String server = state.server();
        String model = state.model();
        families.add(MetricCatalogue.TOKENS_TOTAL, state.promptTokens(), server, model, "prompt");
        families.add(MetricCatalogue.TOKENS_TOTAL, state.cachedPromptTokens(), server, model, "prompt_cached");
        families.add(MetricCatalogue.TOKENS_TOTAL, state.generatedTokens(), server, model, "generation");
        families.addCount(MetricCatalogue.UNATTRIBUTED_TOKENS_TOTAL, state.unattributedTokens(), server, model);
        families.add(MetricCatalogue.REQUESTS_RUNNING, state.requestsRunning(), server, model);
        families.add(MetricCatalogue.REQUESTS_WAITING, state.requestsWaiting(), server, model);
        families.add(MetricCatalogue.REQUESTS_TOTAL, state.requests(), server, model);
        families.add(MetricCatalogue.REQUEST_DURATION_SECONDS_TOTAL, state.requestSeconds(), server, model);
        families.add(MetricCatalogue.PHASE_SPLIT_INFO, 1, server, model, state.phaseMethod());
        for (PhaseEnergy energy : state.energy()) {
            families.addJoules(
                    MetricCatalogue.MODEL_ENERGY_JOULES_TOTAL,
                    energy.microjoules(),
                    server,
                    model,
                    energy.component().label(),
                    energy.phase().label());
        }
        families.add(MetricCatalogue.MODEL_CO2_GRAMS_TOTAL, state.operationalGrams(), server, model, "operational");
        if (embodiedKnown) {
            families.add(MetricCatalogue.MODEL_CO2_GRAMS_TOTAL, state.embodiedGrams(), server, model, "embodied");
        }
        state.perToken().forEach(figure -> addPerToken(SERVER, server, model, figure));
        for (PhasePerToken figure : state.phasePerToken()) {
            families.add(
                    MetricCatalogue.PHASE_ENERGY_PER_TOKEN_JOULES,
                    figure.joules(),
                    server,
                    model,
                    figure.phase().label());
        }
        state.phaseFit().ifPresent(fit -> addPhaseFit(server, model, fit));
        state.delayProducts().ifPresent(products -> addDelayProducts(server, model, products));
        state.sci()
                .ifPresent(
                        sci -> families.add(MetricCatalogue.SCI_GRAMS_PER_TOKEN, sci.gramsPerToken(), server, model));
    }

    private void addPhaseFit(String server, String model, PhaseFitState fit) {
        families.add(MetricCatalogue.PHASE_FIT_INFO, 1, server, model, fit.state());
        families.add(MetricCatalogue.PHASE_FIT_WINDOWS, fit.windows(), server, model);
        families.add(MetricCatalogue.PHASE_FIT_R2_RATIO, fit.r2Ratio(), server, model);
        families.add(MetricCatalogue.PHASE_FIT_CONDITION_RATIO, fit.conditionRatio(), server, model);
        for (PhaseEstimate estimate : fit.estimates()) {
            MetricCatalogue metric = MetricCatalogue.PHASE_FIT_ENERGY_PER_TOKEN_JOULES;
            String phase = estimate.phase().label();
            families.add(metric, estimate.joules(), server, model, phase, "estimate");
            families.add(metric, estimate.lowJoules(), server, model, phase, "low");
            families.add(metric, estimate.highJoules(), server, model, phase, "high");
        }
    }

    private void addDelayProducts(String server, String model, DelayProducts products) {
        families.add(MetricCatalogue.ENERGY_DELAY_PRODUCT_JOULE_SECONDS, products.energyDelay(), server, model);
        families.add(MetricCatalogue.CARBON_DELAY_PRODUCT_GRAM_SECONDS, products.carbonDelay(), server, model);
        families.add(MetricCatalogue.CARBON_ENERGY_PRODUCT_GRAM_JOULES, products.carbonEnergy(), server, model);
        families.add(
                MetricCatalogue.TOTAL_CARBON_DELAY_PRODUCT_GRAM_SECONDS, products.totalCarbonDelay(), server, model);
    }

    private void addPerToken(PerTokenMetrics metrics, String of, String model, PerToken figure) {
        String[] labels = {
            of,
            model,
            figure.kind().label(),
            figure.boundary().label(),
            figure.load().label()
        };
        families.add(metrics.joules(), figure.joules(), labels);
        families.add(metrics.grams(), figure.grams(), labels);
        if (figure.kind() == Snapshot.TokenKind.ALL) {
            addUncertainty(metrics, of, model, figure);
        }
    }

    /** The same for all kinds of tokens, which are counted and not measured. */
    private void addUncertainty(PerTokenMetrics metrics, String of, String model, PerToken figure) {
        String[] labels = {of, model, figure.boundary().label(), figure.load().label()};
        families.add(metrics.joulesUncertainty(), figure.uncertaintyRatio(), labels);
        families.add(metrics.gramsUncertainty(), figure.gramsUncertaintyRatio(), labels);
    }
}
