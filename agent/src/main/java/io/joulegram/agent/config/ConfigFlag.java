package io.joulegram.agent.config;

import java.util.List;
import java.util.stream.Stream;

/**
 * A command-line option that overrides a key.
 *
 * @param name with its dashes, such as {@code --sampling.interval}
 * @param label what its value is called in the help text
 * @param meaning what it is for
 * @param standard what holds where neither it nor its key is given
 * @param repeatable whether it may be given several times, each adding to the list
 */
public record ConfigFlag(String name, String label, String meaning, String standard, boolean repeatable) {
    /** Every option there is, in the order of the manual. */
    public static List<ConfigFlag> all() {
        return Keys.ROOT.stream().flatMap(ConfigFlag::of).toList();
    }

    private static Stream<ConfigFlag> of(ConfigKey key) {
        return key.flag().stream()
                .map(flag -> new ConfigFlag(
                        flag.name(),
                        flag.label(),
                        key.meaning(),
                        key.standard().orElseThrow(),
                        key instanceof ConfigKey.Items));
    }
}
