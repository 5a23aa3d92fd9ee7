/**
 * Whose joules these are on this host: the energy of the facility by container, batch job and unit of systemd.
 */
@NullMarked
package io.joulegram.agent.workloads;

import org.jspecify.annotations.NullMarked;
