/**
 * Carbon intensity of the electricity grid by place and time.
 */
@NullMarked
package io.joulegram.grid;

import org.jspecify.annotations.NullMarked;
