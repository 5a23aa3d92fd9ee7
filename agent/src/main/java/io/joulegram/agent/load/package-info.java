/**
 * A generator of load on an inference server that speaks OpenAI's API: streams of requests at a given concurrency or rate,
 * and what became of each, token by token. All of a run happens on one event loop.
 */
@NullMarked
package io.joulegram.agent.load;

import org.jspecify.annotations.NullMarked;
