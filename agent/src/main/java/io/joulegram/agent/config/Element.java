package io.joulegram.agent.config;

/**
 * A value or an item of a list, with its address.
 *
 * @param origin where it was written
 * @param key its key, such as {@code servers[1]}
 * @param node what was written
 */
record Element(Origin origin, String key, YamlNode node) {}
