package io.joulegram.agent.proxy;

import java.util.EnumMap;
import java.util.Map;

/** What one tenant has used. Guarded by the books that own it. */
final class TenantTotals {
    private final Map<MeteredRequest.Outcome, Long> requests = new EnumMap<>(MeteredRequest.Outcome.class);
    private EnergyShare energy = EnergyShare.NONE;
    private long promptTokens;
    private long cachedTokens;
    private long outputTokens;

    void book(EnergyShare share) {
        energy = energy.plus(share);
    }

    /** Counts a request that has ended, and its tokens: those that the server told, else the chunks that came. */
    void count(MeteredRequest request) {
        requests.merge(request.outcome(), 1L, Long::sum);
        RequestWork work = request.work();
        Usage usage = work.usage().orElse(new Usage(0, 0, work.chunks()));
        promptTokens += usage.computedPrompt();
        cachedTokens += Math.min(usage.prompt(), usage.cached());
        outputTokens += usage.output();
    }

    /** A copy that no longer changes. */
    TenantUse use(String tenant) {
        return new TenantUse(tenant, Map.copyOf(requests), energy, promptTokens, cachedTokens, outputTokens);
    }
}
