/**
 * A proxy in front of an inference server that passes requests on as they are and books the server's energy on them, by
 * what the daemon tells of it.
 */
@NullMarked
package io.joulegram.agent.proxy;

import org.jspecify.annotations.NullMarked;
