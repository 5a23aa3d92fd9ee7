package io.joulegram.agent.otlp;

/** A key and its text. Immutable. */
public record Attribute(String key, String value) {}
