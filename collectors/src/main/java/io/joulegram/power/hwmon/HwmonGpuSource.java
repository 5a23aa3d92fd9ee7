package io.joulegram.power.hwmon;

import io.joulegram.posix.Errno;
import io.joulegram.power.Channel;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.Readings;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A GPU with one meter of hwmon, and for AMD's perhaps the driver's energy counter beside it. */
final class HwmonGpuSource implements GpuSource {
    private final GpuInfo info;
    private final HwmonMeter meter;
    private final Supplier<GpuTelemetry> telemetryReader;
    private final @Nullable AmdCounter counter;
    private final List<Channel> channels;
    private volatile @Nullable GpuTelemetry telemetry;

    HwmonGpuSource(
            GpuInfo info, HwmonMeter meter, Supplier<GpuTelemetry> telemetryReader, @Nullable AmdCounter counter) {
        this.info = info;
        this.meter = meter;
        this.telemetryReader = telemetryReader;
        this.counter = counter;
        channels =
                counter == null ? List.of(meter.channel()) : List.of(meter.channel(), counter.channel(meter.channel()));
    }

    @Override
    public String name() {
        return "hwmon:" + info.device();
    }

    @Override
    public GpuInfo info() {
        return info;
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public void read(Readings readings) {
        meter.read(0, readings);
        if (counter != null) {
            counter.read(1, readings);
        }
    }

    @Override
    public void refresh() {
        telemetry = telemetryReader.get();
    }

    @Override
    public @Nullable GpuTelemetry telemetry() {
        return telemetry;
    }

    @Override
    public String errorName(int errorCode) {
        return errorCode >= AmdCounter.STATUS_CODES ? AmdCounter.errorName(errorCode) : Errno.nameOf(errorCode);
    }

    @Override
    public void close() {
        meter.close();
        if (counter != null) {
            counter.close();
        }
    }
}
