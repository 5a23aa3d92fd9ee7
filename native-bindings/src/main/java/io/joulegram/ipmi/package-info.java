/**
 * The BMC's power meter by DCMI, through the kernel's own IPMI device and without any other process.
 */
@NullMarked
package io.joulegram.ipmi;

import org.jspecify.annotations.NullMarked;
