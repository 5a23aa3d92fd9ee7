/** What is known of products by the name that a driver gives them. */
@NullMarked
package io.joulegram.agent.gpu;

import org.jspecify.annotations.NullMarked;
