package io.joulegram.dashboards.preview;

import java.util.Locale;

/** An SVG drawing that grows. Every text is escaped, so that no label can be anything but text. */
final class Svg {
    /** Mean width of a character of a sans-serif font over the size of the font. */
    private static final double CHARACTER_WIDTH = 0.51;

    /** Where a text lies about its place. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    private final StringBuilder body = new StringBuilder();
    private final double width;
    private final double height;

    Svg(double width, double height) {
        this.width = width;
        this.height = height;
    }

    void rect(Box box, String fill) {
        rect(box, fill, "none");
    }

    void rect(Box box, String fill, String stroke) {
        body.append("<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\" stroke=\"%s\"/>\n"
                .formatted(
                        number(box.x()),
                        number(box.y()),
                        number(Math.max(0, box.width())),
                        number(Math.max(0, box.height())),
                        fill,
                        stroke));
    }

    void line(double x1, double y1, double x2, double y2, String stroke) {
        body.append("<path d=\"M%s %sL%s %s\" stroke=\"%s\"/>\n"
                .formatted(number(x1), number(y1), number(x2), number(y2), stroke));
    }

    /** A path of its own; {@code fill} is a colour or {@code none}. */
    void path(String commands, String stroke, String fill, double fillOpacity) {
        if (!commands.isEmpty()) {
            body.append("<path d=\"%s\" stroke=\"%s\" fill=\"%s\" fill-opacity=\"%s\"/>\n"
                    .formatted(commands, stroke, fill, number(fillOpacity)));
        }
    }

    /** A text that is cut to a width; what was cut off is in its tool tip. */
    void text(double x, double y, String text, Font font, Anchor anchor, double maxWidth) {
        int fits = (int) Math.max(1, maxWidth / (CHARACTER_WIDTH * font.size()));
        boolean cut = text.length() > fits;
        String shown = cut ? text.substring(0, Math.max(1, fits - 1)) + "…" : text;
        body.append(
                "<text x=\"%s\" y=\"%s\" font-size=\"%s\" font-weight=\"%s\" fill=\"%s\" text-anchor=\"%s\">%s%s</text>\n"
                        .formatted(
                                number(x),
                                number(y),
                                number(font.size()),
                                font.bold() ? "600" : "400",
                                font.colour(),
                                anchor.name().toLowerCase(Locale.ROOT),
                                cut ? "<title>" + escaped(text) + "</title>" : "",
                                escaped(shown)));
    }

    /** About how wide a text is. */
    static double widthOf(String text, Font font) {
        return text.length() * CHARACTER_WIDTH * font.size();
    }

    /** A coordinate to a tenth of a pixel. */
    static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    /** What a character of a text is in XML; those that XML does not have are replaced. */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(character -> {
            switch (character) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(isXml(character) ? character : 0xFFFD);
            }
        });
        return escaped.toString();
    }

    private static boolean isXml(int character) {
        return (character >= ' ' && character < 0xD800)
                || (character >= 0xE000 && character != 0xFFFE && character != 0xFFFF);
    }

    String document(String title) {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$s" height="%2$s" viewBox="0 0 %1$s %2$s" \
                font-family="Inter, Helvetica, Arial, sans-serif" fill="none" stroke-width="1" role="img">
                <title>%3$s</title>
                %4$s</svg>
                """.formatted(number(width), number(height), escaped(title), body);
    }
}
