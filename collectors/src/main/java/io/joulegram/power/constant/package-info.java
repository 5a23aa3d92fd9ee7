/**
 * Power that nothing measures and the operator knows: a figure from the configuration.
 */
@NullMarked
package io.joulegram.power.constant;

import org.jspecify.annotations.NullMarked;
