package io.joulegram.agent.top;

/** A line of the screen. */
record Row(Style style, String text) {
    /** How it is to look, where that can be shown (ECMA-48, SGR). */
    enum Style {
        PLAIN(""),
        TITLE("\u001b[1m"),
        HEAD("\u001b[2m"),
        BAD("\u001b[31m"),
        WARN("\u001b[33m");

        private final String begin;

        Style(String begin) {
            this.begin = begin;
        }
    }

    static Row plain(String text) {
        return new Row(Style.PLAIN, text);
    }

    static Row head(String text) {
        return new Row(Style.HEAD, text);
    }

    /**
     * At most this wide, without what could steer the terminal: names come from servers and agents.
     *
     * @param colours whether the terminal takes them
     */
    String shown(int columns, boolean colours) {
        String safe = text.replaceAll("\\p{Cntrl}", "?").stripTrailing();
        String cut = safe.length() > columns ? safe.substring(0, Math.max(0, columns)) : safe;
        return colours && !style.begin.isEmpty() ? style.begin + cut + "\u001b[0m" : cut;
    }
}
