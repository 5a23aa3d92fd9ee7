package io.joulegram.power.rapl;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Finds the dies that show their package's counter instead of their own: on AMD's first two generations of Zen, powercap
 * has a zone for each die of a package, and all of them read the one register of the package. Their sum would be a
 * multiple of the truth.
 *
 * <p>Two counters are taken for one if they are above 0 and hold the same value at two instants, but for the energy
 * that flows between the two reads. Counters that are not the same differ by joules soon after boot.
 */
final class MirroredDies {
    private static final long PAUSE_MILLIS = 20;

    /** Counters are updated about once a millisecond. */
    private static final double UPDATE_SECONDS = 2e-3;

    private static final double MICROJOULES_PER_JOULE = 1e6;
    private static final double SECONDS_PER_NANO = 1e-9;

    private MirroredDies() {}

    /** Closes and removes every counter that mirrors one before it. */
    static void drop(List<FoundCounter> counters) {
        List<Pair> suspects = suspects(counters);
        suspects.removeIf(pair -> !pair.isSame());
        if (suspects.isEmpty()) {
            return;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        suspects.removeIf(pair -> !pair.isSame());
        for (Pair pair : suspects) {
            if (counters.remove(pair.mirror())) {
                pair.mirror().counter().close();
            }
        }
    }

    private static List<Pair> suspects(List<FoundCounter> counters) {
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < counters.size(); i++) {
            for (int j = i + 1; j < counters.size(); j++) {
                if (counters.get(i).sharesPackageWith(counters.get(j))) {
                    pairs.add(new Pair(counters.get(i), counters.get(j)));
                }
            }
        }
        return pairs;
    }

    private record Pair(FoundCounter original, FoundCounter mirror) {
        boolean isSame() {
            long before = System.nanoTime();
            boolean failed = original.counter().read() != 0 || mirror.counter().read() != 0;
            double seconds = (System.nanoTime() - before) * SECONDS_PER_NANO + UPDATE_SECONDS;
            long first = original.counter().count();
            long second = mirror.counter().count();
            long toleranceMicrojoules = (long) (original.maxWatts() * seconds * MICROJOULES_PER_JOULE);
            return !failed && first != 0 && second != 0 && Math.abs(second - first) <= toleranceMicrojoules;
        }
    }
}
