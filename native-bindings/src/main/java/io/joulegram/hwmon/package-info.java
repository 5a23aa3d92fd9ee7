/**
 * The hwmon class of sysfs: chips, and their sensors of energy, power, voltage and current, as the kernel's {@code
 * Documentation/hwmon/sysfs-interface.rst} has them. What a chip's sensors stand for is for the caller to know.
 */
@NullMarked
package io.joulegram.hwmon;

import org.jspecify.annotations.NullMarked;
