package io.joulegram.agent.serving;

import io.joulegram.host.HostProcess;
import io.joulegram.tokens.ServingCommand.NamedPort;
import io.joulegram.tokens.ServingProgram;

/**
 * A process that was started as an inference server.
 *
 * @param process which, with when it started
 * @param program what it was started as
 * @param port where it says that it listens
 * @param tls whether it was told to speak TLS there
 */
public record ServingProcess(HostProcess process, ServingProgram program, NamedPort port, boolean tls) {
    /** The same where it is reached on this host, if Docker publishes its port there. */
    public ServingProcess publishedAt(int hostPort) {
        String namedBy = "published by Docker; in its container " + port.port() + ", " + port.namedBy();
        return new ServingProcess(process, program, new NamedPort(hostPort, namedBy), tls);
    }
}
