/**
 * The control socket of the running daemon: what may be told to it, by its own user alone. HTTP stays read-only.
 */
@NullMarked
package io.joulegram.agent.control;

import org.jspecify.annotations.NullMarked;
