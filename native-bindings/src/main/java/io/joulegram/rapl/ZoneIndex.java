package io.joulegram.rapl;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the directory of a powercap zone is called: {@code intel-rapl:0}, or {@code intel-rapl:0:1} for one that lies
 * within {@code intel-rapl:0}. The numbers are the order of registration and mean nothing else.
 *
 * @param child {@link #NO_CHILD} for a zone at the top
 */
record ZoneIndex(String controlType, int zone, int child) implements Comparable<ZoneIndex> {
    static final int NO_CHILD = -1;

    private static final Pattern NAME = Pattern.compile("(intel-rapl(?:-mmio)?):(\\d{1,4})(?::(\\d{1,4}))?");
    private static final Comparator<ZoneIndex> ORDER = Comparator.comparing(ZoneIndex::controlType)
            .thenComparingInt(ZoneIndex::zone)
            .thenComparingInt(ZoneIndex::child);

    static Optional<ZoneIndex> parse(String directoryName) {
        Matcher name = NAME.matcher(directoryName);
        if (!name.matches()) {
            return Optional.empty();
        }
        String child = name.group(3);
        return Optional.of(new ZoneIndex(
                name.group(1), Integer.parseInt(name.group(2)), child == null ? NO_CHILD : Integer.parseInt(child)));
    }

    boolean isChild() {
        return child != NO_CHILD;
    }

    ZoneIndex parent() {
        return new ZoneIndex(controlType, zone, NO_CHILD);
    }

    @Override
    public int compareTo(ZoneIndex other) {
        return ORDER.compare(this, other);
    }
}
