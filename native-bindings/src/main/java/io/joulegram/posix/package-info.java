/**
 * The few calls to the C library that Java has no equal for, on 64-bit Linux: reads that tell their error number and
 * cannot be interrupted, raw system calls, and clocks that {@link System#nanoTime()} does not reach.
 */
@NullMarked
package io.joulegram.posix;

import org.jspecify.annotations.NullMarked;
