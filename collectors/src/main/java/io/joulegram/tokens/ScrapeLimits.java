package io.joulegram.tokens;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How much of a server's reply is accepted. A server is not trusted: whatever it sends, a scrape ends in time and keeps
 * a bounded number of bytes.
 *
 * @param deadline for the whole of a scrape: connecting, headers and body
 * @param maxBodyBytes bytes of one reply
 * @param maxLineBytes bytes of one line
 * @param maxSeries series that are kept of one reply
 * @param maxLabelValueBytes bytes of one label's value in a series that is kept
 * @param maxModels models told apart on one server; the tokens of any more are counted as model {@code other}
 */
public record ScrapeLimits(
        Duration deadline, int maxBodyBytes, int maxLineBytes, int maxSeries, int maxLabelValueBytes, int maxModels) {

    /** @throws IllegalArgumentException if a limit is not positive */
    public ScrapeLimits {
        requireNonNull(deadline, "deadline");
        if (deadline.isZero() || deadline.isNegative()) {
            throw new IllegalArgumentException("deadline " + deadline + ": must be longer than 0");
        }
        positive("maxBodyBytes", maxBodyBytes);
        positive("maxLineBytes", maxLineBytes);
        positive("maxSeries", maxSeries);
        positive("maxLabelValueBytes", maxLabelValueBytes);
        positive("maxModels", maxModels);
    }

    /** 2 s, 16 MiB, lines of 64 KiB, 10,000 series, label values of 1 KiB, 256 models. */
    public static ScrapeLimits defaults() {
        return new ScrapeLimits(Duration.ofSeconds(2), 16 << 20, 64 << 10, 10_000, 1024, 256);
    }

    /** The same limits with another deadline. */
    public ScrapeLimits withDeadline(Duration newDeadline) {
        return new ScrapeLimits(newDeadline, maxBodyBytes, maxLineBytes, maxSeries, maxLabelValueBytes, maxModels);
    }

    /** The same limits with another size of a reply. */
    public ScrapeLimits withMaxBodyBytes(int bytes) {
        return new ScrapeLimits(deadline, bytes, maxLineBytes, maxSeries, maxLabelValueBytes, maxModels);
    }

    private static void positive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " " + value + ": must be at least 1");
        }
    }
}
