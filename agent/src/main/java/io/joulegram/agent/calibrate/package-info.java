/** Fits the constants of the power model on this host: stress levels, what they draw, and the fit. */
@NullMarked
package io.joulegram.agent.calibrate;

import org.jspecify.annotations.NullMarked;
