package io.joulegram.agent.control;

import io.joulegram.agent.energy.SourceSupervisor;
import io.joulegram.agent.energy.SourceSupervisor.Release;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What may be told to the daemon, a line each: {@code quiesce SOURCE SECONDS} and {@code resume SOURCE}. The answer is a
 * line that begins with {@code ok} or {@code error}.
 */
public final class ControlRequests {
    /** The longest time for which a source may be let go of. */
    public static final Duration MAX_QUIET = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(ControlRequests.class);
    private static final Pattern QUIESCE = Pattern.compile("quiesce ([a-z][a-z0-9_-]{0,31}) ([0-9]{1,6})");
    private static final Pattern RESUME = Pattern.compile("resume ([a-z][a-z0-9_-]{0,31})");

    private final SourceSupervisor supervisor;

    /** @param supervisor whose sources are let go of */
    public ControlRequests(SourceSupervisor supervisor) {
        this.supervisor = supervisor;
    }

    /** Does what is asked; some 20 s at most. */
    String answer(String request) throws InterruptedException {
        Matcher quiesce = QUIESCE.matcher(request);
        if (quiesce.matches()) {
            return quiesce(quiesce.group(1), Duration.ofSeconds(Long.parseLong(quiesce.group(2))));
        }
        Matcher resume = RESUME.matcher(request);
        if (resume.matches()) {
            return resume(resume.group(1));
        }
        return "error: not a request; allowed: quiesce SOURCE SECONDS, resume SOURCE";
    }

    private String quiesce(String source, Duration time) throws InterruptedException {
        if (time.isZero() || time.compareTo(MAX_QUIET) > 0) {
            return "error: " + time.toSeconds() + " s is not a time from 1 s to " + MAX_QUIET.toSeconds() + " s";
        }
        Optional<Release> release = supervisor.quiesce(source, time);
        if (release.isEmpty()) {
            return unknown(source);
        }
        Release done = release.get();
        LOG.info("{}: quiesced until {}", source, done.until());
        return done.held().isEmpty()
                ? "ok: " + source + " is released until " + done.until()
                : "error: " + source + " is not read until " + done.until() + ", but its driver is still in use: "
                        + String.join("; ", done.held());
    }

    private String resume(String source) {
        Optional<Boolean> quiet = supervisor.resume(source);
        if (quiet.isEmpty()) {
            return unknown(source);
        }
        return "ok: " + source + (quiet.get() ? " is opened again" : " was not quiesced");
    }

    private static String unknown(String source) {
        return "error: this agent does not read " + source;
    }
}
