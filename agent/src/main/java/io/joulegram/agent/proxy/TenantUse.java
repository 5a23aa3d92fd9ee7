package io.joulegram.agent.proxy;

import java.util.Map;

/**
 * What one tenant has used since the proxy started.
 *
 * @param tenant its name
 * @param requests requests that have ended, by how
 * @param energy energy booked
 * @param promptTokens computed prompt tokens that the server told
 * @param cachedTokens cached prompt tokens that the server told
 * @param outputTokens output tokens, chunks of streams where the server did not tell
 */
record TenantUse(
        String tenant,
        Map<MeteredRequest.Outcome, Long> requests,
        EnergyShare energy,
        long promptTokens,
        long cachedTokens,
        long outputTokens) {}
