/**
 * Time and energy: sampling, integration, and the curve of energy over time that everything else is read from.
 */
@NullMarked
package io.joulegram.agent.energy;

import org.jspecify.annotations.NullMarked;
