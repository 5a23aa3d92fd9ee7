package io.joulegram.agent.config;

import java.util.List;

/**
 * A command-line option that overrides a key.
 *
 * @param name with its dashes, such as {@code --sampling.interval}
 * @param meaning what it is for
 * @param allowed what may be written
 * @param standard what holds where neither it nor its key is given
 * @param repeatable whether it may be given several times, each adding to the list
 */
public record ConfigFlag(String name, String meaning, String allowed, String standard, boolean repeatable) {
    /** Every option there is, in the order of the manual. */
    public static List<ConfigFlag> all() {
        return Keys.ROOT.stream()
                .filter(key -> key.flag().isPresent())
                .map(key -> new ConfigFlag(
                        key.flag().get(),
                        key.meaning(),
                        key.allowed(),
                        key.standard().orElseThrow(),
                        key instanceof ConfigKey.Items))
                .toList();
    }
}
