/** What the kubelet of this node and the API of its cluster tell of pods: their names, and which devices they hold. */
@NullMarked
package io.joulegram.agent.kubernetes;

import org.jspecify.annotations.NullMarked;
