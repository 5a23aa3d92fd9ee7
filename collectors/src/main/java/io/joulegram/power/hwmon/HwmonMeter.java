package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonSensor;
import io.joulegram.posix.DecimalFile;
import io.joulegram.posix.Errno;
import io.joulegram.posix.PosixException;
import io.joulegram.power.Channel;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;

/** An open sensor and the channel that it feeds; or two, of voltage and current, whose product is the power. */
final class HwmonMeter implements AutoCloseable {
    private static final long MICROWATTS_PER_MILLIWATT = 1000;

    /** 1000 V and 1000 A, in thousandths: beyond any rail, and their product does not overflow. */
    private static final long MAX_FACTOR = 1_000_000;

    private static final int GARBAGE = Errno.EBADMSG;

    private final Channel channel;
    private final DecimalFile[] files;

    private HwmonMeter(Channel channel, DecimalFile... files) {
        this.channel = channel;
        this.files = files;
    }

    /** @param sensor of energy or power, as the channel's quantity */
    static HwmonMeter open(Channel channel, HwmonSensor sensor) throws PosixException {
        return new HwmonMeter(channel, sensor.open());
    }

    /** The product of both, as power. */
    static HwmonMeter open(Channel channel, HwmonSensor voltage, HwmonSensor current) throws PosixException {
        DecimalFile volts = voltage.open();
        try {
            return new HwmonMeter(channel, volts, current.open());
        } catch (PosixException e) {
            volts.close();
            throw e;
        }
    }

    Channel channel() {
        return channel;
    }

    void read(int index, Readings readings) {
        long before = System.nanoTime();
        for (DecimalFile file : files) {
            int errno = file.read();
            if (errno != 0) {
                readings.failed(index, errno);
                return;
            }
        }
        long atNanos = before + (System.nanoTime() - before) / 2;
        if (channel.quantity() == Quantity.ENERGY) {
            readings.measured(index, atNanos, files[0].value());
        } else if (files.length == 1) {
            readings.measured(index, atNanos, milliwatts(files[0].value()));
        } else if (files[0].value() > MAX_FACTOR || files[1].value() > MAX_FACTOR) {
            readings.failed(index, GARBAGE);
        } else {
            readings.measured(index, atNanos, milliwatts(files[0].value() * files[1].value()));
        }
    }

    private static long milliwatts(long microwatts) {
        return microwatts / MICROWATTS_PER_MILLIWATT;
    }

    @Override
    public void close() {
        for (DecimalFile file : files) {
            file.close();
        }
    }
}
