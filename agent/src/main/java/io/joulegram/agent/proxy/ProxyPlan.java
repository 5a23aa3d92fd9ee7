package io.joulegram.agent.proxy;

import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.top.AgentView;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What a proxy is to do.
 *
 * @param listen where clients reach it; port 0 lets the system choose
 * @param web where its metrics are
 * @param settings where it passes requests on to, and how
 * @param trust how its connections are encrypted
 * @param agent asks the daemon, which may take some seconds
 * @param period how often it is asked
 * @param server the daemon's label of the server; if it is empty, that which is its address, or the only one there is
 * @param tenants whose requests are whose
 * @param accessLog the file that takes a line for each request; empty for none
 */
public record ProxyPlan(
        ListenAddress listen,
        ListenAddress web,
        ProxySettings settings,
        ProxyTrust trust,
        Supplier<AgentView> agent,
        Duration period,
        Optional<String> server,
        Tenants tenants,
        Optional<Path> accessLog) {}
