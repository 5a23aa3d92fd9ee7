package io.joulegram.tokens;

import io.joulegram.tokens.BoundedGet.Reply;
import io.joulegram.tokens.EngineProbe.Found;
import io.joulegram.tokens.ScrapeException.Reason;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An inference server that tells its tokens over HTTP, as an exposition of metrics. What it sends is bounded in size,
 * time and number of series; what was counted before a failure or a restart is kept. Used by one thread at a time.
 *
 * <p>Counting starts at the first scrape that succeeds. A series that appears later counts from 0, one that falls began
 * anew, one that goes away keeps what it had. The address must be that of one server: behind a load balancer the
 * counters of several would be taken for restarts of one.
 */
public final class HttpTokenServer implements TokenServer {
    private static final Pattern BEARER_TOKEN = Pattern.compile("[\\x21-\\x7e]+");

    private final ServerTarget target;
    private final ScrapeLimits limits;
    private final EngineProbe probe;
    private final ModelName modelName;
    private final TokenTotals totals;
    private final boolean engineGiven;
    private Optional<Engine> engine;
    private URI metrics;

    /**
     * Connects to nothing yet.
     *
     * @param client shared between servers; must not follow redirects, lest the bearer token goes elsewhere
     * @param target what to scrape; without an engine it is recognised from the metrics
     * @param engines the engines to choose from
     * @param limits what is accepted
     * @throws IllegalArgumentException if the target's engine is not one of these, its token is not one that can be
     *     sent, or the client follows redirects
     */
    public HttpTokenServer(HttpClient client, ServerTarget target, EngineCatalog engines, ScrapeLimits limits) {
        if (client.followRedirects() != HttpClient.Redirect.NEVER) {
            throw new IllegalArgumentException("the HTTP client must not follow redirects");
        }
        if (target.bearerToken()
                .filter(BEARER_TOKEN.asMatchPredicate().negate())
                .isPresent()) {
            throw new IllegalArgumentException("the bearer token of server " + target.name()
                    + " must be one or more printable ASCII characters without blanks");
        }
        this.target = target;
        this.limits = limits;
        this.engine = target.engine().map(engines::require);
        this.engineGiven = engine.isPresent();
        this.metrics = engine.map(known -> metricsOf(target.baseUri(), known)).orElse(target.baseUri());
        BoundedGet http = new BoundedGet(client, target.bearerToken());
        this.probe = new EngineProbe(http, engines, limits);
        this.modelName = new ModelName(http);
        this.totals = new TokenTotals(limits, target.role());
    }

    private static URI metricsOf(URI base, Engine engine) {
        return MetricsAddress.hasPath(base) ? base : MetricsAddress.at(base, engine.metricsPath());
    }

    @Override
    public ServerTarget target() {
        return target;
    }

    @Override
    public Scrape scrape() throws ScrapeException {
        long deadlineNanos = System.nanoTime() + limits.deadline().toNanos();
        try {
            Found found = engine.isPresent()
                    ? probe.read(engine.get(), metrics, deadlineNanos)
                    : probe.recognise(target.baseUri(), deadlineNanos);
            engine = Optional.of(found.engine());
            metrics = found.uri();
            return account(found, deadlineNanos);
        } catch (ScrapeException e) {
            afterFailure(e);
            throw e;
        }
    }

    private Scrape account(Found found, long deadlineNanos) throws ScrapeException {
        // A server that tells its tokens but is slow to tell its name must not make every scrape slow.
        long nameDeadlineNanos =
                Math.min(deadlineNanos, System.nanoTime() + limits.deadline().toNanos() / 4);
        String model = modelName.of(found.engine(), found.uri(), nameDeadlineNanos);
        TokenTotals.Update update = totals.update(found.engine(), found.reply().body(), model);
        if (update.restarted()) {
            modelName.askAgain();
        }
        Reply<Exposition> reply = found.reply();
        long halfNanos = (reply.headersNanos() - reply.sentNanos()) / 2;
        return new Scrape(
                reply.sentNanos() + halfNanos,
                halfNanos,
                update.traits().counted(target.tokens()),
                update.restarted(),
                update.models());
    }

    /** Whoever answers next may be another server with another model, or even of another engine. */
    private void afterFailure(ScrapeException e) {
        modelName.askAgain();
        boolean answered = e.reason() != Reason.UNREACHABLE && e.reason() != Reason.TIMEOUT;
        if (answered && !engineGiven) {
            engine = Optional.empty();
        }
    }
}
