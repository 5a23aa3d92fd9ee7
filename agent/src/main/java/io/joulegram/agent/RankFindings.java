package io.joulegram.agent;

import io.joulegram.host.GpuOwnership;
import io.joulegram.host.GroupRank;
import java.util.Optional;

/**
 * Tells what is to be configured where a process on a GPU computes for a program whose first rank is on another host, of which
 * nothing is configured here.
 */
final class RankFindings {
    private final Findings findings;
    private final GpuOwnership ownership;

    RankFindings(Findings findings, GpuOwnership ownership) {
        this.findings = findings;
        this.ownership = ownership;
    }

    /**
     * Tells of a process that serves no server that is known.
     *
     * @return whether it is one of those
     */
    boolean tell(String what, int pid) {
        Optional<GroupRank> rank = ownership.rank(pid);
        if (rank.isPresent()) {
            String port = rank.get().port().isPresent()
                    ? String.valueOf(rank.get().port().getAsInt())
                    : "PORT";
            String fix =
                    configuration(rank.get().head().map(RankFindings::inUrl).orElse("HEAD"), port);
            if (rank.get().serves()) {
                findings.missing(
                        what,
                        "computes for a server whose API is on another host, and its energy is unattributed",
                        fix);
            } else {
                findings.missing(
                        what,
                        "is of a program over several hosts, and serves no server that is known",
                        "if it serves a model: " + fix);
            }
            return true;
        }
        if (ownership.isRayWorker(pid)) {
            findings.missing(
                    what,
                    "is a worker of Ray and serves no server that is known",
                    "if the server's API is on another host: " + configuration("HEAD", "PORT"));
            return true;
        }
        return false;
    }

    private static String configuration(String head, String port) {
        return "servers: [{url: \"http://" + head + ":" + port
                + "\", name: NAME, tokens: elsewhere}], with the NAME that the agent there gives it";
    }

    private static String inUrl(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
