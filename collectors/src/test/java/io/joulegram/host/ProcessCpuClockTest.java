package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ProcessCpuClockTest {
    @TempDir
    Path root;

    private MadeProcfs procfs;
    private ProcessCpuClock clock;

    @BeforeEach
    void make() {
        procfs = new MadeProcfs(root);
        clock = new ProcessCpuClock(root);
        set(100, 50, 1000);
        assertThat(clock.shareSincePrevious()).isEmpty();
    }

    @Test
    void theShareIsOfAllTimesButGuestsWhichAreInUserTime() {
        // All eight times of the host rise by 1000 ticks, user and system time of the process by 30 and 10.
        set(130, 60, 2000);

        assertThat(clock.shareSincePrevious()).isEqualTo(OptionalDouble.of(40.0 / 8000));
    }

    @Test
    void everyShareIsSinceTheOneBefore() {
        set(130, 60, 2000);
        clock.shareSincePrevious();
        set(130, 60, 3000);

        assertThat(clock.shareSincePrevious()).isEqualTo(OptionalDouble.of(0));
    }

    @Test
    void withoutATickThereIsNoShareAndNothingIsLost() {
        set(110, 50, 1000);
        assertThat(clock.shareSincePrevious()).isEmpty();
        set(120, 50, 1010);

        assertThat(clock.shareSincePrevious()).isEqualTo(OptionalDouble.of(20.0 / 80));
    }

    @Test
    void unreadableFilesGiveNoShare() {
        procfs.write("stat", "intr 1 2 3\n");
        assertThat(clock.shareSincePrevious()).isEmpty();
        procfs.write("stat", "cpu  a b c d e f g h\n");
        assertThat(clock.shareSincePrevious()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessHasAShareOfThisHost() {
        ProcessCpuClock real = new ProcessCpuClock(Path.of("/proc"));
        OptionalDouble share = real.shareSincePrevious();
        while (share.isEmpty()) {
            share = real.shareSincePrevious();
        }

        assertThat(share.getAsDouble()).isBetween(0.0, 1.0);
    }

    private void set(long userTicks, long systemTicks, long eachHostTicks) {
        procfs.write(
                "self/stat",
                "42 (java (x) y) S 1 42 42 0 -1 4194560 9 0 3 0 " + userTicks + " " + systemTicks
                        + " 7 7 20 0 12 0 999 1 1\n");
        procfs.write(
                "stat",
                "cpu " + (" " + eachHostTicks).repeat(8) + " " + 3 * eachHostTicks
                        + " 777\ncpu0 1 1 1 1 1 1 1 1 1 1\nintr 5\n");
    }
}
