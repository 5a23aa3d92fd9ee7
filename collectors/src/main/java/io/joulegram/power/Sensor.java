package io.joulegram.power;

/**
 * How a figure came about, in the words of the {@code source} label. The name never promises more than the sensor
 * gives: a one-second average is not called a power reading.
 */
public enum Sensor {
    /** NVML's own energy counter (field 83 or {@code nvmlDeviceGetTotalEnergyConsumption}). */
    NVML_ENERGY("nvml_energy"),
    /** The power samples that NVIDIA's driver takes by itself and keeps for a while ({@code nvmlDeviceGetSamples}). */
    NVML_SAMPLES("nvml_samples"),
    /** NVML field 185, {@code POWER_AVERAGE}: mean over the last second. */
    NVML_AVERAGE("nvml_average"),
    /** NVML field 186, {@code POWER_INSTANT}. */
    NVML_INSTANT("nvml_instant"),
    /** {@code nvmlDeviceGetPowerUsage}, whose meaning depends on architecture and driver branch. */
    NVML_USAGE("nvml_usage"),
    /** RAPL through powercap in sysfs. */
    RAPL_POWERCAP("rapl_powercap"),
    /** RAPL through the kernel's {@code power} PMU. */
    RAPL_PERF("rapl_perf"),
    /** RAPL through model-specific registers. */
    RAPL_MSR("rapl_msr"),
    /** The energy counter of an AMD GPU ({@code amdsmi_get_energy_count}). */
    AMDSMI_ENERGY("amdsmi_energy"),
    /** A power or energy sensor of the kernel's hwmon class. */
    HWMON("hwmon"),
    /** The whole server's power as its BMC tells it by DCMI over IPMI. */
    IPMI_DCMI("ipmi_dcmi"),
    /** A platform meter less what others measure inside it. */
    REST("rest"),
    /** A figure that OSHI read. */
    OSHI("oshi"),
    /** A model of the device, not a measurement. */
    ESTIMATE("estimate"),
    /** A constant from the configuration. */
    CONSTANT("constant"),
    /** Made up by a simulation. */
    SIMULATED("simulated");

    private final String label;

    Sensor(String label) {
        this.label = label;
    }

    /** The value of the {@code source} label. */
    public String label() {
        return label;
    }

    @Override
    public String toString() {
        return label;
    }
}
