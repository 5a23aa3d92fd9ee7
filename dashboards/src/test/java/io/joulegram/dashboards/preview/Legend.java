package io.joulegram.dashboards.preview;

import java.util.List;

/** The names of what is drawn, as many as there is room for. */
final class Legend {
    private static final double LINE_HEIGHT = 15;
    private static final double MARK = 16;
    private static final double GAP = 12;

    /** A name and its colour. */
    record Entry(String name, String colour) {}

    private Legend() {}

    static void draw(List<Entry> entries, Svg svg, Box box) {
        double x = box.x();
        double y = box.y() + 11;
        double maxName = box.width() * 0.48;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            double width = Math.min(maxName, Svg.widthOf(entry.name(), Font.SMALL)) + MARK;
            boolean lastLine = y + LINE_HEIGHT > box.bottom();
            double room = box.right() - x - (lastLine && i < entries.size() - 1 ? 60 : 0);
            if (width > room && x > box.x()) {
                if (lastLine) {
                    String more = "+" + (entries.size() - i) + " more";
                    svg.text(x, y, more, Font.SMALL, Svg.Anchor.START, box.right() - x);
                    return;
                }
                x = box.x();
                y += LINE_HEIGHT;
            }
            svg.rect(new Box(x, y - 6, 10, 4), entry.colour());
            svg.text(x + 14, y, entry.name(), Font.SMALL, Svg.Anchor.START, maxName);
            x += width + GAP;
        }
    }
}
