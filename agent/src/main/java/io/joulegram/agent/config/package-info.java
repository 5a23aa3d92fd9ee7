/**
 * The configuration: every key, its default, and what is allowed.
 */
@NullMarked
package io.joulegram.agent.config;

import org.jspecify.annotations.NullMarked;
