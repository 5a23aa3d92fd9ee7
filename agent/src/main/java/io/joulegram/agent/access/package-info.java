/**
 * Who may read what is served, and how connections are encrypted.
 */
@NullMarked
package io.joulegram.agent.access;

import org.jspecify.annotations.NullMarked;
