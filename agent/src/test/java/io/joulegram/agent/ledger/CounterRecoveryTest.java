package io.joulegram.agent.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Component;
import org.junit.jupiter.api.Test;

class CounterRecoveryTest {
    private static final String BOOT = "boot=a driver=580 uuid=GPU-1";
    private static final CounterRecovery GPU = new CounterRecovery(0, 700);
    private static final CounterRecovery RAPL = new CounterRecovery(262_143_328_850L, 250);

    @Test
    void tellsWhatACounterHasGained() {
        assertThat(GPU.microjoules(mark(1_000, 0), mark(31_000, 60_000))).hasValue(30_000_000);
    }

    @Test
    void followsOneWrap() {
        assertThat(RAPL.microjoules(
                        mark(262_143_000_000L, 0, BOOT, "rapl_powercap", 1),
                        mark(1_000_000_000L, 60_000, BOOT, "rapl_powercap", 1)))
                .hasValue(1_000_328_850L);
    }

    @Test
    void doesNotGuessWhereTheCounterMayHaveWrappedTwice() {
        // 262 kJ at 1.5 times 250 W take 699 s.
        assertThat(RAPL.microjoules(
                        mark(5, 0, BOOT, "rapl_powercap", 1), mark(1_000_000, 698_000, BOOT, "rapl_powercap", 1)))
                .isPresent();
        assertThat(RAPL.microjoules(
                        mark(5, 0, BOOT, "rapl_powercap", 1), mark(1_000_000, 700_000, BOOT, "rapl_powercap", 1)))
                .isEmpty();
    }

    @Test
    void doesNotTakeACounterOfAnotherBootDriverOrDevice() {
        assertThat(GPU.microjoules(mark(1, 0), mark(2, 1_000, "boot=b driver=580 uuid=GPU-1", "nvml_energy", 1000)))
                .isEmpty();
        assertThat(GPU.microjoules(mark(1, 0), mark(2, 1_000, BOOT, "nvml_average", 1000)))
                .isEmpty();
        assertThat(GPU.microjoules(mark(1, 0), mark(2, 1_000, BOOT, "nvml_energy", 1)))
                .isEmpty();
    }

    @Test
    void tellsNothingFromAMarkThatCannotBeUsed() {
        assertThat(GPU.microjoules(mark(1, 0, "", "nvml_energy", 1000), mark(2, 1_000, "", "nvml_energy", 1000)))
                .isEmpty();
    }

    @Test
    void doesNotBelieveAFallOrMoreThanTheDeviceCanDraw() {
        assertThat(GPU.microjoules(mark(500, 0), mark(400, 60_000))).isEmpty();
        assertThat(GPU.microjoules(mark(0, 0), mark(64_000_000, 60_000))).isEmpty();
    }

    @Test
    void doesNotReckonBackwardInTime() {
        assertThat(GPU.microjoules(mark(500, 10_000), mark(600, 0))).isEmpty();
    }

    private static CounterMark mark(long count, long atMillis) {
        return mark(count, atMillis, BOOT, "nvml_energy", 1000);
    }

    private static CounterMark mark(
            long count, long atMillis, String identity, String sensor, double microjoulesPerCount) {
        return new CounterMark(Component.GPU, "0", sensor, identity, count, microjoulesPerCount, atMillis);
    }
}
