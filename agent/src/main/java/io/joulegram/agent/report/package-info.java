/**
 * Reports and what-if calculations from ledgers.
 */
@NullMarked
package io.joulegram.agent.report;

import org.jspecify.annotations.NullMarked;
