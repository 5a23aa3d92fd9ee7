package io.joulegram.agent.budget;

import java.util.Optional;

/**
 * Which models count.
 *
 * @param server only those of this server; of every server if empty
 * @param model only this one; every one if empty
 */
record ModelFilter(Optional<String> server, Optional<String> model) {
    boolean includes(String ofServer, String ofModel) {
        return server.map(ofServer::equals).orElse(true)
                && model.map(ofModel::equals).orElse(true);
    }
}
