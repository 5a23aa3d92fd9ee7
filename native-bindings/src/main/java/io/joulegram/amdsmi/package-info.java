/**
 * The energy counters of AMD GPUs through AMD's {@code libamd_smi.so}.
 *
 * <p>Bound are only functions whose arguments are numbers and addresses of numbers, the same since ROCm 6.0: the
 * library's structures change their layout from release to release without telling so.
 */
@NullMarked
package io.joulegram.amdsmi;

import org.jspecify.annotations.NullMarked;
