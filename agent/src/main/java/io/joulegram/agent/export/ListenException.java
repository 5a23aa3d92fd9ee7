package io.joulegram.agent.export;

import io.joulegram.agent.config.ListenAddress;
import org.jspecify.annotations.Nullable;

/** The HTTP endpoint cannot listen where it should. The message names the address, the reason and the way out. */
public final class ListenException extends Exception {
    private static final long serialVersionUID = 1L;

    ListenException(ListenAddress address, String reason, @Nullable Throwable cause) {
        super(
                "cannot listen on " + address + ": " + reason
                        + ". Free the address, or give another one with --web.listen-address HOST:PORT",
                cause);
    }
}
