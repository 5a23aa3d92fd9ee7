/**
 * Power and energy from the kernel's hwmon class: AMD and Intel GPUs, processors without RAPL, boards and servers.
 *
 * <p>A chip counts by its name and its sensors by their labels; what is not known by name is not read, because hwmon
 * does not tell which sensors lie inside others.
 */
@NullMarked
package io.joulegram.power.hwmon;

import org.jspecify.annotations.NullMarked;
