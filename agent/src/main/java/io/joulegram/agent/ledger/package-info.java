/**
 * The durable record of energy, carbon intensity and tokens: one SQLite file, from which budgets and reports are made.
 */
@NullMarked
package io.joulegram.agent.ledger;

import org.jspecify.annotations.NullMarked;
