package io.joulegram.agent.budget;

import java.util.OptionalDouble;

/**
 * How an objective stands.
 *
 * @param objective which
 * @param tokens output tokens in its window
 * @param gramsPerToken what they cost each; empty without tokens, and where the intensity of some of their time is unknown
 * @param joulesPerToken what they took each; empty without tokens
 */
public record ObjectiveState(
        Objective objective, double tokens, OptionalDouble gramsPerToken, OptionalDouble joulesPerToken) {}
