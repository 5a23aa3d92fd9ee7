package io.joulegram.dashboards.preview;

/** How a text looks; size in pixels. */
record Font(double size, boolean bold, String colour) {
    static final Font TITLE = new Font(13, true, Palette.TEXT);
    static final Font SMALL = new Font(11, false, Palette.FAINT_TEXT);
    static final Font PLAIN = new Font(12, false, Palette.TEXT);

    Font in(String otherColour) {
        return new Font(size, bold, otherColour);
    }
}
