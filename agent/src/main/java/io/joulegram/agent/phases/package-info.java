/**
 * What prefill and decode cost, learned from the energy of a server and what it did.
 */
@NullMarked
package io.joulegram.agent.phases;

import org.jspecify.annotations.NullMarked;
