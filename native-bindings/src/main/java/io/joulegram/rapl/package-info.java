/**
 * RAPL, the energy counters of x86 processors, by the three ways that Linux offers: the {@code power} PMU of
 * perf_event, the powercap class of sysfs, and model-specific registers.
 *
 * <p>Each way has a discovery that tells which counters there are, in the kernel's own words and units, and an {@link
 * io.joulegram.rapl.EnergyCounter} for one of them. Which way to use, which counters overlap and what to do about
 * errors is for the caller to decide.
 */
@NullMarked
package io.joulegram.rapl;

import org.jspecify.annotations.NullMarked;
