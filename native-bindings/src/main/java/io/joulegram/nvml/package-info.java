/** NVML. */
@NullMarked
package io.joulegram.nvml;

import org.jspecify.annotations.NullMarked;
