/** Server-sent events, as inference servers stream their answers. */
@NullMarked
package io.joulegram.agent.sse;

import org.jspecify.annotations.NullMarked;
