/**
 * The commands.
 */
@NullMarked
package io.joulegram.agent.cli;

import org.jspecify.annotations.NullMarked;
