package io.joulegram.power.rapl;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.posix.Errno;
import io.joulegram.rapl.EnergyCounter;
import io.joulegram.rapl.RaplDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MirroredDiesTest {
    @Test
    void dropsWhatMirrorsACounterBeforeIt() {
        Script original = new Script(5_000_000, 5_900_000);
        Script mirror = new Script(5_000_100, 5_900_200);
        List<FoundCounter> counters = counters(original, mirror);

        MirroredDies.drop(counters);

        assertThat(counters).extracting(FoundCounter::counter).containsExactly(original);
        assertThat(mirror.closed).isTrue();
        assertThat(original.closed).isFalse();
    }

    @Test
    void keepsOneOfFour() {
        List<FoundCounter> counters = counters(new Script(7, 9), new Script(7, 9), new Script(7, 9), new Script(7, 9));

        MirroredDies.drop(counters);

        assertThat(counters).hasSize(1);
    }

    @Test
    void keepsCountersThatMeetOnlyOnce() {
        List<FoundCounter> counters = counters(new Script(5_000_000, 9_000_000_000L), new Script(5_000_000, 5_900_000));

        MirroredDies.drop(counters);

        assertThat(counters).hasSize(2);
    }

    @Test
    void keepsCountersThatCannotBeRead() {
        List<FoundCounter> counters = counters(new Script(5_000_000, 5_000_000), new Script(5_000_000));

        MirroredDies.drop(counters);

        assertThat(counters).hasSize(2);
    }

    @Test
    void comparesOnlyWithinAPackage() {
        List<FoundCounter> counters = new ArrayList<>(List.of(
                found(0, OptionalInt.empty(), new Script(7, 7)), found(1, OptionalInt.empty(), new Script(7, 7))));

        MirroredDies.drop(counters);

        assertThat(counters).hasSize(2);
    }

    private static List<FoundCounter> counters(Script... scripts) {
        List<FoundCounter> counters = new ArrayList<>();
        for (int die = 0; die < scripts.length; die++) {
            counters.add(found(0, OptionalInt.of(die), scripts[die]));
        }
        return counters;
    }

    private static FoundCounter found(int packageId, OptionalInt die, EnergyCounter counter) {
        return new FoundCounter(RaplDomain.PACKAGE, packageId, die, counter, 0, 1, 0, 300);
    }

    /** A counter that shows its second value ten milliseconds after it was first read, or fails if it has none. */
    private static final class Script implements EnergyCounter {
        private static final long STEP_NANOS = 10_000_000;

        private final long[] values;
        private long firstReadNanos;
        private long count;
        private boolean closed;

        Script(long... values) {
            this.values = values;
        }

        @Override
        public int read() {
            long now = System.nanoTime();
            if (firstReadNanos == 0) {
                firstReadNanos = now;
            }
            int step = now - firstReadNanos < STEP_NANOS ? 0 : 1;
            if (step >= values.length) {
                return Errno.ENODATA;
            }
            count = values[step];
            return 0;
        }

        @Override
        public long count() {
            return count;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
