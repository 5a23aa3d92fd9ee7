/**
 * NVIDIA GPUs as power sources. Which channels a GPU has is found out by asking it, and never guessed from its name.
 */
@NullMarked
package io.joulegram.power.nvml;

import org.jspecify.annotations.NullMarked;
