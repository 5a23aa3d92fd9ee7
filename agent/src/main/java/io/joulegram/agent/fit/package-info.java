/**
 * Least squares of a few columns, and how far to trust them.
 */
@NullMarked
package io.joulegram.agent.fit;

import org.jspecify.annotations.NullMarked;
