package io.joulegram.power.rapl;

import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.rapl.FoundCounters.Problem;
import io.joulegram.rapl.RaplException.Reason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Says why no way to RAPL works, and what would make one work. */
final class RaplDiagnosis {
    private static final int MAX_PROBLEMS_TOLD = 3;

    private final Path sysfsRoot;
    private final boolean virtualMachine;
    private final List<String> reasons = new ArrayList<>();
    private final List<String> fixes = new ArrayList<>();

    RaplDiagnosis(Path sysfsRoot, boolean virtualMachine) {
        this.sysfsRoot = sysfsRoot;
        this.virtualMachine = virtualMachine;
    }

    void failed(RaplWay way, List<Problem> problems) {
        String told =
                problems.stream().limit(MAX_PROBLEMS_TOLD).map(Problem::text).collect(Collectors.joining(", "));
        reasons.add(way.sensor().label() + ": " + (told.isEmpty() ? "no counter of a package" : told));
        if (problems.stream().anyMatch(problem -> problem.reason() == Reason.DENIED)) {
            fixes.add(permission(way));
        }
        if (problems.stream().anyMatch(problem -> problem.reason() == Reason.MASKED)) {
            fixes.add("mount the host's sysfs in the container under another name, -v /sys:/host/sys:ro, and run with"
                    + " --path.sysfs /host/sys");
        }
    }

    private String permission(RaplWay way) {
        return switch (way) {
            case PERF ->
                "AmbientCapabilities=CAP_PERFMON in the systemd unit (docker run --cap-add PERFMON), or"
                        + " sysctl kernel.perf_event_paranoid=0";
            case POWERCAP ->
                "the lines \"" + tmpfilesLine("*/*") + "\" and \"" + tmpfilesLine("*/*/*")
                        + "\" in /etc/tmpfiles.d/joulegram.conf and systemd-tmpfiles --create, or"
                        + " AmbientCapabilities=CAP_DAC_READ_SEARCH in the systemd unit, or until the next boot chmod a+r "
                        + sysfsRoot.resolve("class/powercap") + "/intel-rapl*:*/energy_uj";
            case MSR -> "AmbientCapabilities=CAP_SYS_RAWIO CAP_DAC_READ_SEARCH in the systemd unit";
        };
    }

    private String tmpfilesLine(String zones) {
        return "z " + sysfsRoot.resolve("devices/virtual/powercap") + "/" + zones + "/energy_uj 0440 root joulegram";
    }

    SourceUnavailableException exception() {
        String reason = "no RAPL counters: " + String.join("; ", reasons);
        if (!fixes.isEmpty()) {
            return new SourceUnavailableException(reason, String.join("; or ", fixes));
        }
        return virtualMachine
                ? new SourceUnavailableException(
                        reason + "; this is a virtual machine, and its hypervisor does not pass RAPL on", "")
                : new SourceUnavailableException(reason, "modprobe intel_rapl_msr (for AMD's processors too)");
    }
}
