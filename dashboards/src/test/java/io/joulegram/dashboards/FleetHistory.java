package io.joulegram.dashboards;

import io.joulegram.dashboards.Scrape.Series;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a fleet would have shown over a long time: every host has the very series of one agent, as two scrapes of it tell
 * them, its counters going on at their mean rates along a daily curve. All counters of a host follow the same curve, so sums
 * and ratios hold as they do in the agent. One host starts anew in the middle.
 */
final class FleetHistory {
    private static final List<String> MODELS = List.of("llama-70b", "llama-8b", "mixtral-8x7b", "qwen-32b");
    private static final double DAY_SECONDS = 86_400;
    /** How far a load moves from its mean in a day. */
    private static final double SWING = 0.6;

    private static final int RESTARTED_HOST = 3;
    private static final int SAMPLES_PER_REQUEST = 20_000;

    /** A series of one host, and how it goes. */
    private record Course(Series series, boolean counts, double first, double perSecond, int host) {}

    /** What is done when all series are written up to an instant. */
    @FunctionalInterface
    interface Progress {
        void writtenUntil(long millis) throws IOException, InterruptedException;
    }

    private final List<Course> courses = new ArrayList<>();
    private final double seconds;

    /**
     * @param elapsedSeconds between the two scrapes
     * @param names the metrics that are wanted
     * @param seconds how long the history is
     */
    FleetHistory(Scrape before, Scrape after, double elapsedSeconds, Set<String> names, int hosts, double seconds) {
        this.seconds = seconds;
        Map<Series, Double> rates = rates(before, after, elapsedSeconds);
        for (int host = 0; host < hosts; host++) {
            Map<String, String> place = Map.of(
                    "cluster", host % 2 == 0 ? "north" : "south", "job", "joulegram", "instance", instance(host));
            for (Map.Entry<Series, Double> one : after.values().entrySet()) {
                Series series = one.getKey();
                if (names.contains(series.name())) {
                    courses.add(new Course(
                            placed(series, place, host),
                            after.counts(series),
                            one.getValue(),
                            rates.getOrDefault(series, 0.0) * size(host),
                            host));
                }
            }
        }
    }

    /** The name of one of the hosts, from 0 on. */
    static String instance(int host) {
        return "host-%02d:13600".formatted(host);
    }

    /** By the end of a long time nothing much is pending, so the facility has the energy that was booked. */
    private static Map<Series, Double> rates(Scrape before, Scrape after, double elapsedSeconds) {
        Map<Series, Double> rates = new HashMap<>();
        after.values().forEach((series, value) -> {
            if (after.counts(series)) {
                double first = before.of(series);
                rates.put(series, Math.max(0, value - (Double.isNaN(first) ? 0 : first)) / elapsedSeconds);
            }
        });
        after.values().forEach((series, value) -> {
            if (series.name().equals("joulegram_pending_energy_joules")) {
                rates.merge(
                        new Series("joulegram_facility_energy_joules_total", series.labels()),
                        -(value - before.of(series)) / elapsedSeconds,
                        Double::sum);
            }
        });
        return rates;
    }

    private static Series placed(Series series, Map<String, String> place, int host) {
        Series placed = series.with(place);
        return placed.labels().containsKey("model")
                ? placed.with(Map.of("model", MODELS.get(host % MODELS.size())))
                : placed;
    }

    private static double size(int host) {
        return 0.6 + 0.1 * host;
    }

    /** Seconds of mean load up to an instant. */
    private static double load(int host, double atSeconds) {
        double phase = host / 3.0;
        double turn = 2 * Math.PI / DAY_SECONDS;
        return atSeconds - SWING / turn * (Math.cos(turn * atSeconds + phase) - Math.cos(phase));
    }

    private double value(Course course, double atSeconds) {
        if (!course.counts()) {
            return course.first();
        }
        double restart = seconds / 2;
        boolean again = course.host() == RESTARTED_HOST && atSeconds >= restart;
        double from = again ? load(course.host(), restart) : 0;
        return course.perSecond() * (load(course.host(), atSeconds) - from);
    }

    int series() {
        return courses.size();
    }

    /** Joules per output token of all hosts from the begin to the end, by the rates alone. */
    Optional<Double> joulesPerToken() {
        double joules = 0;
        double tokens = 0;
        for (Course course : courses) {
            double sum = course.perSecond() * load(course.host(), seconds);
            if (course.series().name().equals("joulegram_model_energy_joules_total")) {
                joules += sum;
            } else if (course.series().name().equals("joulegram_tokens_total")
                    && "generation".equals(course.series().labels().get("kind"))) {
                tokens += sum;
            }
        }
        return tokens > 0 ? Optional.of(joules / tokens) : Optional.empty();
    }

    /**
     * Writes it, in the order of time.
     *
     * @param beginMillis when it begins, since 1970
     * @param stepSeconds between two samples of a series
     * @param progress is told after each half an hour at most
     * @return how many samples there were
     */
    long write(RemoteWrite to, long beginMillis, int stepSeconds, Progress progress)
            throws IOException, InterruptedException {
        // Less than the hour by which Prometheus lets samples of different series be out of step.
        int together = Math.max(1, Math.min(1800 / stepSeconds, 64));
        long[] millis = new long[together];
        double[] values = new double[together];
        long written = 0;
        long steps = (long) (seconds / stepSeconds) + 1;
        for (long step = 0; step < steps; step += together) {
            int count = (int) Math.min(together, steps - step);
            int inRequest = 0;
            for (Course course : courses) {
                for (int i = 0; i < count; i++) {
                    double at = (double) (step + i) * stepSeconds;
                    millis[i] = beginMillis + (step + i) * stepSeconds * 1000L;
                    values[i] = value(course, at);
                }
                to.add(course.series(), millis, values, count);
                inRequest += count;
                written += count;
                if (inRequest >= SAMPLES_PER_REQUEST) {
                    to.send();
                    inRequest = 0;
                }
            }
            to.send();
            progress.writtenUntil(millis[count - 1]);
        }
        return written;
    }
}
