/**
 * The inference servers that are watched: when they are scraped, and which GPUs serve them.
 */
@NullMarked
package io.joulegram.agent.serving;

import org.jspecify.annotations.NullMarked;
