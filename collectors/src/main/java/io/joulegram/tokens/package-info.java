/**
 * Token counters as inference servers tell them: exposition parser, engine adapters, scrapes.
 */
@NullMarked
package io.joulegram.tokens;

import org.jspecify.annotations.NullMarked;
