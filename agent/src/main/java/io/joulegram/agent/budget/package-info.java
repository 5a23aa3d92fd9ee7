/**
 * Carbon budgets: what was used of them, where they will stand at the end of their period, and how fast they burn.
 */
@NullMarked
package io.joulegram.agent.budget;

import org.jspecify.annotations.NullMarked;
