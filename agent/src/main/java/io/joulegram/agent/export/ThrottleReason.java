package io.joulegram.agent.export;

/**
 * Why a GPU's clocks are held back: the bits {@code nvmlClocksEventReason*} of {@code nvml.h}, in the words of the
 * {@code reason} label. The bit for an idle GPU (1) is left out: nothing is held back.
 */
enum ThrottleReason {
    APPLICATIONS_CLOCKS_SETTING(0x2, "applications_clocks_setting"),
    SW_POWER_CAP(0x4, "sw_power_cap"),
    HW_SLOWDOWN(0x8, "hw_slowdown"),
    SYNC_BOOST(0x10, "sync_boost"),
    SW_THERMAL_SLOWDOWN(0x20, "sw_thermal_slowdown"),
    HW_THERMAL_SLOWDOWN(0x40, "hw_thermal_slowdown"),
    HW_POWER_BRAKE_SLOWDOWN(0x80, "hw_power_brake_slowdown"),
    DISPLAY_CLOCK_SETTING(0x100, "display_clock_setting");

    private final long bit;
    private final String label;

    ThrottleReason(long bit, String label) {
        this.bit = bit;
        this.label = label;
    }

    /** The value of the {@code reason} label. */
    String label() {
        return label;
    }

    /** Whether these bits name this reason. */
    boolean isIn(long bits) {
        return (bits & bit) != 0;
    }
}
