package io.joulegram.dashboards.preview;

/** A rectangle of a drawing, in pixels from the upper left corner. */
record Box(double x, double y, double width, double height) {
    double right() {
        return x + width;
    }

    double bottom() {
        return y + height;
    }

    /** What is left without margins. */
    Box without(double left, double top, double right, double bottom) {
        return new Box(x + left, y + top, width - left - right, height - top - bottom);
    }
}
