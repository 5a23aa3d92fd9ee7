/**
 * Energy and hardware as grams of CO2e: grid, PUE, embodied carbon and its amortization.
 */
@NullMarked
package io.joulegram.agent.carbon;

import org.jspecify.annotations.NullMarked;
