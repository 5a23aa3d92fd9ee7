/**
 * {@code joulegram bench}: sweeps of load over an inference server, beside a running agent, and what each point costs in time,
 * energy and carbon.
 */
@NullMarked
package io.joulegram.agent.bench;

import org.jspecify.annotations.NullMarked;
