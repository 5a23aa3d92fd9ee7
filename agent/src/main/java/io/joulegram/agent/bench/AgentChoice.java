package io.joulegram.agent.bench;

import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;

/**
 * The agent that measures.
 *
 * @param reader asks it
 * @param address where it is
 * @param server the name that it gives the server under load; empty if its model tells
 */
public record AgentChoice(AgentReader reader, AgentAddress address, String server) {}
