package io.joulegram.power.hwmon;

import io.joulegram.posix.Errno;
import io.joulegram.power.Channel;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import java.util.List;

/** Sensors of hwmon, read one after the other, each with its own time. */
final class HwmonSource implements PowerSource {
    private final String name;
    private final HwmonMeter[] meters;
    private final List<Channel> channels;
    private final long fastestNanos;

    /** @param fastestNanos the time in which the sensors have something new to tell */
    HwmonSource(String name, List<HwmonMeter> meters, long fastestNanos) {
        this.name = name;
        this.meters = meters.toArray(HwmonMeter[]::new);
        this.fastestNanos = fastestNanos;
        channels = meters.stream().map(HwmonMeter::channel).toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public long fastestNanos() {
        return fastestNanos;
    }

    @Override
    public void read(Readings readings) {
        for (int i = 0; i < meters.length; i++) {
            meters[i].read(i, readings);
        }
    }

    @Override
    public String errorName(int errorCode) {
        return Errno.nameOf(errorCode);
    }

    @Override
    public void close() {
        for (HwmonMeter meter : meters) {
            meter.close();
        }
    }
}
