package io.joulegram.dashboards.preview;

import java.util.List;

/** Draws the content of panels of one type. */
interface PanelDrawer {
    /**
     * Draws what is in the frame.
     *
     * @param data what the panel's queries were answered, of each query in turn; not empty
     * @param box where to draw, below the title
     */
    void draw(Panel panel, List<Series> data, Moment moment, Svg svg, Box box);
}
