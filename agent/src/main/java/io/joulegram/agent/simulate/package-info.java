/**
 * A simulated inference server: continuous batching on accelerators whose time and energy follow a roofline, behind the
 * HTTP API of OpenAI and the metrics of vLLM. What it has taken, by phase, is known exactly.
 */
@NullMarked
package io.joulegram.agent.simulate;

import org.jspecify.annotations.NullMarked;
