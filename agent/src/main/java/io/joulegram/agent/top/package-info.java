/** {@code joulegram top}: what agents publish, on a terminal. */
@NullMarked
package io.joulegram.agent.top;

import org.jspecify.annotations.NullMarked;
