package io.joulegram.agent.serving;

import io.joulegram.host.HostProcess;
import io.joulegram.tokens.Scrape;
import io.joulegram.tokens.ScrapeException;
import io.joulegram.tokens.ServerTarget;
import io.joulegram.tokens.TokenServer;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A server that is asked only while the process lives by which it was found.
 *
 * @param server what is asked
 * @param voucher the process; empty if it was found without one, and is asked always
 * @param lives whether a process lives
 */
record GuardedServer(TokenServer server, Supplier<Optional<HostProcess>> voucher, Predicate<HostProcess> lives)
        implements TokenServer {
    @Override
    public ServerTarget target() {
        return server.target();
    }

    @Override
    public Scrape scrape() throws ScrapeException {
        Optional<HostProcess> process = voucher.get();
        if (process.isPresent() && !lives.test(process.get())) {
            throw new ScrapeException(
                    ScrapeException.Reason.UNREACHABLE,
                    "process " + process.get().pid() + ", which named this port, has ended");
        }
        return server.scrape();
    }
}
