package io.joulegram.dashboards;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names in a PromQL expression: which series it selects by which labels, and which labels it groups by. It is not a
 * parser; it knows as much of the language as the dashboards and rules here use.
 *
 * @param selectors the selected series
 * @param groupingLabels the labels in {@code by}, {@code without}, {@code on}, {@code ignoring} and {@code group_...}
 */
record Expression(List<Selector> selectors, Set<String> groupingLabels) {
    private static final String LABELS = "\\{((?:[^{}\"]|\"[^\"]*\")*)}";
    private static final Pattern SELECTOR =
            Pattern.compile("(?<![\\w:])([a-z][\\w]*:)?((?:joulegram|process)_\\w+)((?::\\w+)?)(?:" + LABELS + ")?");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"[^\"]*\"");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern NAME = Pattern.compile("\\w+");

    /**
     * A selector of series.
     *
     * @param series their name
     * @param labels the labels that are matched
     */
    record Selector(String series, Set<String> labels) {
        /** Whether a recording rule makes these series. */
        boolean recorded() {
            return series.contains(":");
        }
    }

    static Expression of(String text) {
        List<Selector> selectors = new ArrayList<>();
        Matcher selector = SELECTOR.matcher(text);
        while (selector.find()) {
            String level = selector.group(1) == null ? "" : selector.group(1);
            String braces = selector.group(4) == null ? "" : selector.group(4);
            selectors.add(new Selector(level + selector.group(2) + selector.group(3), names(MATCHER, braces)));
        }
        Set<String> grouping = new TreeSet<>();
        Matcher clause = GROUPING.matcher(text);
        while (clause.find()) {
            grouping.addAll(names(NAME, clause.group(1)));
        }
        return new Expression(List.copyOf(selectors), grouping);
    }

    private static Set<String> names(Pattern pattern, String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            names.add(matcher.groupCount() == 0 ? matcher.group() : matcher.group(1));
        }
        return names;
    }
}
