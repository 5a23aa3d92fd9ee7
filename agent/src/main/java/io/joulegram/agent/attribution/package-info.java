/**
 * Whose energy it is: intervals between token scrapes, split over models, phases and idle.
 */
@NullMarked
package io.joulegram.agent.attribution;

import org.jspecify.annotations.NullMarked;
