/**
 * NVIDIA's management library (NVML) as typed Java: every function takes and gives what the C function does, in NVML's
 * own units, with no policy and no retry.
 *
 * <p>Begin at {@link io.joulegram.nvml.Nvml#open()}. Calls that a sampler makes many times a second return NVML's code
 * and keep their value in the object, and allocate nothing; all others give a value or throw {@link
 * io.joulegram.nvml.NvmlException}. A function that the installed driver lacks answers {@link
 * io.joulegram.nvml.NvmlReturn#FUNCTION_NOT_FOUND}.
 */
@NullMarked
package io.joulegram.nvml;

import org.jspecify.annotations.NullMarked;
