/**
 * The daemon: what it is made of and how it starts and stops.
 */
@NullMarked
package io.joulegram.agent;

import org.jspecify.annotations.NullMarked;
