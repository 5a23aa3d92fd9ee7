package io.joulegram.grid;

import java.util.Optional;

/**
 * Where electricity comes from: a zone by name, or coordinates.
 *
 * @param zone such as {@code DE}; empty if the coordinates count
 * @param latitude degrees north
 * @param longitude degrees east
 */
public record GridPlace(Optional<String> zone, double latitude, double longitude) {
    /** A zone by name. */
    public static GridPlace ofZone(String zone) {
        return new GridPlace(Optional.of(zone), 0, 0);
    }

    /** A point on the map. */
    public static GridPlace at(double latitude, double longitude) {
        return new GridPlace(Optional.empty(), latitude, longitude);
    }
}
