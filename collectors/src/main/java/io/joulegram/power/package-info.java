/**
 * Power and energy as devices tell them: sources, their channels, and one reading of all channels.
 */
@NullMarked
package io.joulegram.power;

import org.jspecify.annotations.NullMarked;
