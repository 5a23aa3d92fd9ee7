/** What requests by HTTP need whoever is asked. */
@NullMarked
package io.joulegram.agent.http;

import org.jspecify.annotations.NullMarked;
