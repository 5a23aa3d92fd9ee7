/**
 * What is published: one immutable snapshot, and the ways it is served.
 */
@NullMarked
package io.joulegram.agent.export;

import org.jspecify.annotations.NullMarked;
