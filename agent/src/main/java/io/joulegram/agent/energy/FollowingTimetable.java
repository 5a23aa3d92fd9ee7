package io.joulegram.agent.energy;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source as often as its sensors have something new to tell, and never more often than was asked for.
 *
 * <ol>
 *   <li>At first, and again when the sensors no longer do what was learned, it <em>surveys</em>: for {@value #SURVEY_NANOS} ns
 *       it reads every {@value #SURVEY_STEP_NANOS} ns, which tells how often each sensor has a new value.
 *   <li>If all that tell energy are at least twice as slow as the interval asked for, it <em>follows</em> the fastest of
 *       them by an {@link UpdateLock}: two readings in each period of it, in place of those that would show the same again.
 *   <li>Else it reads at the interval asked for, as for a sensor of which nothing could be learned. A sensor that is lost
 *       while it is followed is read so at once, and surveyed again after a while, each time after a longer one.
 * </ol>
 *
 * <p>Channels that the source reads by a cadence of their own do not count.
 */
final class FollowingTimetable implements Timetable {
    static final long SURVEY_NANOS = 2_500_000_000L;
    static final long SURVEY_STEP_NANOS = 5_000_000;

    /** A sensor that changes so often without a period that can be told is faster than the survey. */
    private static final int CHANGES_OF_FAST = 8;
    /** Slower sensors are read at the interval asked for: what looks slow may only have been at rest. */
    private static final long SLOWEST_NANOS = 250_000_000;

    private static final int READINGS_PER_PERIOD = 2;
    private static final long FIRST_WAIT_NANOS = 10_000_000_000L;
    private static final long LONGEST_WAIT_NANOS = 3_600_000_000_000L;
    private static final long NEVER = Long.MAX_VALUE;

    private final SamplingSchedule asked;
    private final List<MeterStream> streams;
    private final List<MeterStream> followable;
    private final long[] changesBefore;

    private long surveyNextNanos;
    private long surveyUntilNanos;
    private boolean surveying;
    private long nextSurveyNanos = NEVER;
    private long waitNanos = FIRST_WAIT_NANOS;
    private @Nullable UpdateLock lock;
    private @Nullable MeterStream followed;
    private long seenChangeNanos;
    private long missedBefore;

    /**
     * @param asked the readings that were asked for
     * @param meters those that the source feeds
     * @param nowNanos when it begins
     */
    FollowingTimetable(SamplingSchedule asked, List<Meter> meters, long nowNanos) {
        this.asked = asked;
        streams = meters.stream().flatMap(meter -> meter.streams().stream()).toList();
        followable = meters.stream()
                .filter(Meter::isAdditive)
                .flatMap(meter -> meter.streams().stream())
                .filter(stream -> stream.channel().cadenceNanos() == 0)
                .toList();
        changesBefore = new long[followable.size()];
        beginSurvey(nowNanos);
    }

    @Override
    public long deadlineNanos() {
        if (lock != null) {
            return lock.deadlineNanos();
        }
        return surveying ? surveyNextNanos : asked.deadlineNanos();
    }

    @Override
    public void advance(long nowNanos) {
        if (lock != null && followed != null) {
            follow(lock, followed, nowNanos);
        } else if (surveying) {
            surveyNextNanos = Math.max(surveyNextNanos + Math.min(SURVEY_STEP_NANOS, intervalNanos()), nowNanos);
            if (nowNanos - surveyUntilNanos >= 0) {
                endSurvey(nowNanos);
            }
        } else {
            asked.advance(nowNanos);
            if (nextSurveyNanos != NEVER && nowNanos - nextSurveyNanos >= 0) {
                beginSurvey(nowNanos);
            }
        }
    }

    private void follow(UpdateLock updates, MeterStream stream, long nowNanos) {
        boolean changed = stream.lastChangeNanos() != seenChangeNanos;
        seenChangeNanos = stream.lastChangeNanos();
        updates.read(changed, nowNanos);
        if (updates.isLost()) {
            missedBefore += updates.skipped();
            lock = null;
            followed = null;
            readAtLeastEvery(intervalNanos());
            asked.resumeAt(nowNanos);
            surveyLater(nowNanos);
        }
    }

    private void beginSurvey(long nowNanos) {
        surveying = true;
        surveyNextNanos = nowNanos;
        surveyUntilNanos = nowNanos + SURVEY_NANOS;
        for (int i = 0; i < followable.size(); i++) {
            followable.get(i).forgetPeriod();
            changesBefore[i] = followable.get(i).changesSeen();
        }
    }

    private void endSurvey(long nowNanos) {
        surveying = false;
        asked.resumeAt(nowNanos);
        MeterStream fastest = null;
        long least = Long.MAX_VALUE;
        boolean tooFast = false;
        for (int i = 0; i < followable.size(); i++) {
            followable.get(i).keepPeriod();
            OptionalLong period = followable.get(i).updatePeriodNanos();
            if (period.isPresent() && period.getAsLong() < least) {
                least = period.getAsLong();
                fastest = followable.get(i);
            }
            tooFast |= period.isEmpty() && followable.get(i).changesSeen() - changesBefore[i] >= CHANGES_OF_FAST;
        }
        if (tooFast || (fastest != null && least < READINGS_PER_PERIOD * intervalNanos())) {
            nextSurveyNanos = NEVER;
        } else if (fastest == null || least > SLOWEST_NANOS) {
            surveyLater(nowNanos);
        } else {
            seenChangeNanos = fastest.lastChangeNanos();
            lock = new UpdateLock(seenChangeNanos, least, nowNanos);
            followed = fastest;
            readAtLeastEvery(Math.max(intervalNanos(), least));
        }
    }

    private void surveyLater(long nowNanos) {
        nextSurveyNanos = nowNanos + waitNanos;
        waitNanos = Math.min(LONGEST_WAIT_NANOS, 2 * waitNanos);
    }

    private void readAtLeastEvery(long nanos) {
        for (int i = 0; i < streams.size(); i++) {
            streams.get(i).readAtLeastEvery(Meter.INTERVALS_TO_GAP * nanos);
        }
    }

    @Override
    public long missedTicks() {
        return asked.missedTicks() + missedBefore + (lock == null ? 0 : lock.skipped());
    }

    @Override
    public long intervalNanos() {
        return asked.intervalNanos();
    }

    /** Whether readings keep step with a sensor now. */
    boolean isFollowing() {
        return lock != null;
    }
}
