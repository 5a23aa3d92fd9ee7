package io.joulegram.agent.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/**
 * What one agent said of itself, or why it did not.
 *
 * @param status its {@code /api/v1/status}; missing if it did not answer
 * @param summary its {@code /api/v1/summary}; missing if it did not answer
 * @param problem why it did not answer; empty if it did
 * @param lasting whether that stays so however often it is asked, as with a wrong password
 */
public record AgentView(AgentAddress address, JsonNode status, JsonNode summary, String problem, boolean lasting) {
    /** An agent that did not answer. */
    static AgentView failed(AgentAddress address, String problem, boolean lasting) {
        return new AgentView(address, MissingNode.getInstance(), MissingNode.getInstance(), problem, lasting);
    }

    /** Whether it answered. */
    public boolean answered() {
        return problem.isEmpty();
    }
}
