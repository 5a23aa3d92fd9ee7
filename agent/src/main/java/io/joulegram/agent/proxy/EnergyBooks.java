package io.joulegram.agent.proxy;

import io.joulegram.agent.proxy.MeteredRequest.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Books the energy of a server, as the daemon tells it, on the requests that pass the proxy.
 *
 * <p>Thread-safe. Requests begin and end without waiting for the books.
 */
final class EnergyBooks {
    /** Requests that wait for the daemon; beyond it those that ended first are given up. */
    static final int MOST_WAITING = 10_000;

    private final Habits habits = new Habits();
    private final Map<String, MeteredRequest> open = new ConcurrentHashMap<>();
    private final Map<String, ModelBook> models = new ConcurrentHashMap<>();
    private final Map<String, TenantTotals> tenants = new TreeMap<>();
    private final Consumer<MeteredRequest> finished;

    private long unknown;

    /** @param finished takes each request when no more energy will come for it; called while the books are closed */
    EnergyBooks(Consumer<MeteredRequest> finished) {
        this.finished = finished;
    }

    /** What requests are like. */
    Habits habits() {
        return habits;
    }

    /** A request came. */
    void begin(MeteredRequest request) {
        open.put(request.origin().id(), request);
    }

    /** A request that is not settled yet. */
    Optional<MeteredRequest> find(String id) {
        return Optional.ofNullable(open.get(id));
    }

    /** What tokens of a request's model have cost of late. */
    TokenCosts costs(MeteredRequest request) {
        return bookOf(request).map(models::get).map(ModelBook::costs).orElse(TokenCosts.UNKNOWN);
    }

    /** Books what has come since the readings before. */
    synchronized void settle(List<ModelReading> readings) {
        for (ModelReading reading : readings) {
            ModelBook book = models.get(reading.model());
            if (book == null) {
                models.put(reading.model(), new ModelBook(reading));
                passOver(reading);
            } else if (!reading.follows(book.latest())) {
                book.restart(reading);
                passOver(reading);
            } else if (reading.isNewsAfter(book.latest())) {
                settle(book, reading);
            }
        }
        open.values().stream().filter(this::isUnheardOf).toList().forEach(this::giveUp);
        giveUpOldest();
    }

    /** What was seen up to the begin of the books is in no book. */
    private void passOver(ModelReading reading) {
        for (MeteredRequest request : requestsOf(reading.model())) {
            SeenWork missed = request.work().take(reading.untilMillis(), habits, OutputMoments.Sink.NONE);
            if (missed.prompt() + missed.output() > 0) {
                request.miss();
            }
            finishIfTaken(request);
        }
    }

    private void settle(ModelBook book, ModelReading reading) {
        List<MeteredRequest> requests = requestsOf(reading.model());
        List<SeenWork> works = new ArrayList<>(requests.size());
        OutputMoments moments = new OutputMoments();
        for (MeteredRequest request : requests) {
            works.add(request.work().take(reading.untilMillis(), habits, moments.ofNext()));
        }
        List<EnergyShare> shares = book.settle(reading, works, moments.shares(), habits.knowsPrompts());
        for (int i = 0; i < shares.size(); i++) {
            MeteredRequest request = requests.get(i);
            request.book(shares.get(i));
            tenant(request).book(shares.get(i));
            finishIfTaken(request);
        }
    }

    private List<MeteredRequest> requestsOf(String model) {
        return open.values().stream()
                .filter(request -> bookOf(request).filter(model::equals).isPresent())
                .toList();
    }

    /** The book of a request's model; where the server has one model alone, what the request calls it is no matter. */
    private Optional<String> bookOf(MeteredRequest request) {
        if (models.size() == 1) {
            return models.keySet().stream().findFirst();
        }
        return List.of(request.responseModel(), request.requestModel()).stream()
                .filter(models::containsKey)
                .findFirst();
    }

    private void finishIfTaken(MeteredRequest request) {
        if (request.work().isTaken() && open.remove(request.origin().id(), request)) {
            unknown += request.isMissing() ? 1 : 0;
            finish(request, request.isMissing() ? Settlement.UNKNOWN : Settlement.SETTLED);
        }
    }

    private boolean isUnheardOf(MeteredRequest request) {
        return !models.isEmpty()
                && request.outcome() != MeteredRequest.Outcome.OPEN
                && bookOf(request).isEmpty();
    }

    private void giveUp(MeteredRequest request) {
        if (open.remove(request.origin().id(), request)) {
            unknown++;
            finish(request, Settlement.UNKNOWN);
        }
    }

    private void finish(MeteredRequest request, Settlement how) {
        request.settle(how);
        tenant(request).count(request);
        finished.accept(request);
    }

    private TenantTotals tenant(MeteredRequest request) {
        return tenants.computeIfAbsent(request.origin().tenant(), name -> new TenantTotals());
    }

    /** Ends the books: what is known of requests that are not settled yet is all that will be. */
    synchronized void close() {
        for (MeteredRequest request : List.copyOf(open.values())) {
            if (open.remove(request.origin().id(), request)) {
                finish(request, request.energy().microjoules() > 0 ? Settlement.PENDING : Settlement.UNKNOWN);
            }
        }
    }

    /** Holds the memory of requests to a bound while the daemon is silent. */
    synchronized void giveUpOldest() {
        int surplus = open.size() - MOST_WAITING;
        if (surplus > 0) {
            open.values().stream()
                    .filter(request -> request.outcome() != MeteredRequest.Outcome.OPEN)
                    .sorted((a, b) ->
                            Long.compare(a.endMillis().orElse(0), b.endMillis().orElse(0)))
                    .limit(surplus)
                    .forEach(this::giveUp);
        }
    }

    /** How the books stand. */
    synchronized ServerUse use() {
        EnergyShare requests = EnergyShare.NONE;
        EnergyShare bypass = EnergyShare.NONE;
        long idle = 0;
        double idleGrams = 0;
        long held = 0;
        double heldGrams = 0;
        long resets = 0;
        for (ModelBook book : models.values()) {
            requests = requests.plus(book.requests());
            bypass = bypass.plus(book.bypass());
            idle += book.idleMicrojoules();
            idleGrams += book.idleGrams();
            held += book.heldMicrojoules();
            heldGrams += book.heldGrams();
            resets += book.resets();
        }
        List<TenantUse> uses = new ArrayList<>();
        tenants.forEach((name, totals) -> uses.add(totals.use(name)));
        return new ServerUse(requests, bypass, idle, idleGrams, held, heldGrams, resets, open.size(), unknown, uses);
    }
}
