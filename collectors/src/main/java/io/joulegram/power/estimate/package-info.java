/** Processor and memory power where nothing measures it: a model of the machine, driven by its load. */
@NullMarked
package io.joulegram.power.estimate;

import org.jspecify.annotations.NullMarked;
