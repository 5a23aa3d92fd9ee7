/**
 * The power of a whole server as its BMC tells it.
 */
@NullMarked
package io.joulegram.power.ipmi;

import org.jspecify.annotations.NullMarked;
