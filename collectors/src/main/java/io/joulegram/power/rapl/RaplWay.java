package io.joulegram.power.rapl;

import io.joulegram.power.Sensor;

/** A way to read RAPL on Linux. All of them show the same counters. */
public enum RaplWay {
    /** The kernel's {@code power} PMU. Follows wraps by itself and counts each package once; needs CAP_PERFMON. */
    PERF(Sensor.RAPL_PERF),
    /** The powercap class of sysfs. Files that only root may read since Linux 5.10. */
    POWERCAP(Sensor.RAPL_POWERCAP),
    /** Model-specific registers. Needs the {@code msr} module and CAP_SYS_RAWIO. */
    MSR(Sensor.RAPL_MSR);

    private final Sensor sensor;

    RaplWay(Sensor sensor) {
        this.sensor = sensor;
    }

    /** How its figures are labelled. */
    public Sensor sensor() {
        return sensor;
    }
}
