/** Processor and memory energy by RAPL: which of the kernel's ways to use, and what their counters mean. */
@NullMarked
package io.joulegram.power.rapl;

import org.jspecify.annotations.NullMarked;
