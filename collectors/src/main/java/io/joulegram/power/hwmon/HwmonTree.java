package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonChip;
import io.joulegram.hwmon.HwmonChips;
import io.joulegram.posix.Errno;
import io.joulegram.posix.PosixException;
import io.joulegram.power.Channel;
import io.joulegram.power.SourceUnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One search of the chips for meters of one kind, with what was left out and why. */
final class HwmonTree {
    /** Opens a meter. */
    interface Opening {
        HwmonMeter open() throws PosixException;
    }

    /** No study tells an error for most of these sensors: this is the project's default for an uncalibrated one. */
    static final double GAIN_UNCERTAINTY_RATIO = 0.05;

    private static final Logger LOG = LoggerFactory.getLogger(HwmonTree.class);

    private final Path classDirectory;
    private final List<HwmonChip> chips;
    private final List<String> problems = new ArrayList<>();
    private boolean denied;

    HwmonTree(Path sysfsRoot) throws SourceUnavailableException {
        classDirectory = HwmonChips.classDirectory(sysfsRoot);
        try {
            chips = HwmonChips.discover(sysfsRoot);
        } catch (IOException e) {
            throw new SourceUnavailableException(
                    classDirectory + " cannot be listed: this kernel offers no hwmon, as in most virtual machines", "");
        }
    }

    List<HwmonChip> chips() {
        return chips;
    }

    /** Adds the meter, or notes why it cannot be opened. */
    void open(List<HwmonMeter> meters, Opening opening) {
        try {
            meters.add(opening.open());
        } catch (PosixException e) {
            problems.add(String.valueOf(e.getMessage()));
            denied |= e.errno() == Errno.EACCES || e.errno() == Errno.EPERM;
        }
    }

    /** Notes that something was passed over on purpose. */
    void leaveOut(String what) {
        problems.add(what);
    }

    /** Tells in the log what was left out beside what was found. */
    void tellLeftOut() {
        problems.forEach(problem -> LOG.warn("left out of hwmon: {}", problem));
    }

    /** @param sought what was looked for, in words */
    SourceUnavailableException nothing(String sought) {
        if (!problems.isEmpty()) {
            return new SourceUnavailableException(
                    String.join("; ", problems), denied ? "run joulegram as root or make the files readable" : "");
        }
        String names = chips.stream().map(HwmonChip::name).distinct().limit(10).collect(Collectors.joining(", "));
        return new SourceUnavailableException(
                "no " + sought + " in " + classDirectory
                        + (names.isEmpty() ? ", which is empty" : ", which has " + names),
                "");
    }

    static void closeAll(List<HwmonMeter> meters) {
        meters.forEach(HwmonMeter::close);
    }

    /** Whether a meter of the same domain and device is there already. */
    static boolean has(List<HwmonMeter> meters, Channel channel) {
        return meters.stream()
                .map(HwmonMeter::channel)
                .anyMatch(other ->
                        other.domain() == channel.domain() && other.device().equals(channel.device()));
    }
}
