package io.joulegram.agent.bench;

import io.joulegram.agent.load.Api;
import io.joulegram.agent.load.LoadRules;
import io.joulegram.agent.load.Pace;
import io.joulegram.agent.load.PromptForm;
import io.joulegram.agent.load.Workload;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is to be measured: every server with every workload at every pace.
 *
 * @param name of the study, for reports
 * @param target where the servers are
 * @param api how they are asked
 * @param model what requests name; empty to ask the server, which must have one
 * @param apiKey for the server
 * @param authorities certificates that vouch for it
 * @param form of prompts that are made up
 * @param vocabulary tokens of them are drawn below this number
 * @param ignoreEnd whether answers are to have their full length
 * @param servers one or more
 * @param readyWithin how long a server may take to start
 * @param serverLogs the folder for what servers that are started print
 * @param workloads one or more
 * @param paces one or more of one kind, rising
 * @param rules how long a run lasts
 * @param repeats runs of each point
 * @param seed of all chance
 * @param agent that measures; empty for figures of speed alone
 * @param rest how long power without load is measured first; zero not to
 * @param probe whether the energy of prompts is measured by itself, as long as a run at most
 * @param mfu what MFU is reckoned by
 */
public record BenchPlan(
        String name,
        URI target,
        Api api,
        Optional<String> model,
        Optional<String> apiKey,
        Optional<Path> authorities,
        PromptForm form,
        int vocabulary,
        boolean ignoreEnd,
        List<ServerChoice> servers,
        Duration readyWithin,
        Path serverLogs,
        List<Workload> workloads,
        List<Pace> paces,
        LoadRules rules,
        int repeats,
        long seed,
        Optional<AgentChoice> agent,
        Duration rest,
        boolean probe,
        MfuRule mfu) {

    /** How many points there are. */
    public int points() {
        return servers.size() * workloads.size() * paces.size();
    }
}
