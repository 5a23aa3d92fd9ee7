package io.joulegram.power.hwmon;

import io.joulegram.amdsmi.AmdSmiGpu;
import io.joulegram.amdsmi.AmdSmiStatus;
import io.joulegram.power.Channel;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;

/** The energy counter of an AMD GPU. */
final class AmdCounter implements AutoCloseable {
    /** Error codes from here on are this plus a status of AMD's library. */
    static final int STATUS_CODES = 0x10000;

    private final AmdCounters owner;
    private final AmdSmiGpu gpu;
    private final double microjoulesPerCount;
    private boolean closed;

    /** @param gpu has been read once */
    AmdCounter(AmdCounters owner, AmdSmiGpu gpu) {
        this.owner = owner;
        this.gpu = gpu;
        microjoulesPerCount = gpu.microjoulesPerCount();
    }

    /** The channel, beside one of the same GPU. */
    Channel channel(Channel power) {
        return Channel.energy(
                power.domain(),
                power.device(),
                Sensor.AMDSMI_ENERGY,
                microjoulesPerCount,
                0,
                power.maxWatts(),
                HwmonTree.GAIN_UNCERTAINTY_RATIO);
    }

    void read(int index, Readings readings) {
        long before = System.nanoTime();
        int status = gpu.read();
        if (status == AmdSmiStatus.SUCCESS) {
            readings.measured(index, before + (System.nanoTime() - before) / 2, gpu.count());
        } else {
            readings.failed(index, STATUS_CODES + (status & 0xffff));
        }
    }

    static String errorName(int errorCode) {
        return "AMDSMI_" + AmdSmiStatus.nameOf(errorCode - STATUS_CODES);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            owner.release();
        }
    }
}
