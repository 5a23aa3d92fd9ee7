package io.joulegram.agent.report;

import java.util.List;

/** Rows of text in columns: the first flush left, the others flush right. */
public final class Table {
    private Table() {}

    /** Text for a terminal without what would command it: names come from servers and from ledgers of other hosts. */
    public static String printable(String text) {
        return text.replaceAll("[\\p{Cc}&&[^\n]]", "?");
    }

    /** The rows as lines; all rows have the same number of cells. */
    public static String of(List<List<String>> rows) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String padding = " ".repeat(widths[i] - row.get(i).length());
                text.append(i == 0 ? row.get(i) + padding : "  " + padding + row.get(i));
            }
            out.append(text.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }
}
