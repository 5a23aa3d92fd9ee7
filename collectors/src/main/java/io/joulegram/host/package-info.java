/**
 * What this host is made of and what runs on it: processors, memory, processes, sockets.
 */
@NullMarked
package io.joulegram.host;

import org.jspecify.annotations.NullMarked;
