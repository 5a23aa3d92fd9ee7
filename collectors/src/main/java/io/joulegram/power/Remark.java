package io.joulegram.power;

/**
 * Something about a source that works which its user should know.
 *
 * @param what the matter, in words
 * @param fix what changes it; empty if nothing should
 */
public record Remark(String what, String fix) {}
