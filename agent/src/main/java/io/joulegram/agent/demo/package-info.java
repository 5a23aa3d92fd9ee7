/**
 * The daemon on simulated hardware and a simulated inference server.
 */
@NullMarked
package io.joulegram.agent.demo;

import org.jspecify.annotations.NullMarked;
