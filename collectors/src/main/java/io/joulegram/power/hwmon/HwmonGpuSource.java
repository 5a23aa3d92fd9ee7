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

/** A GPU with one meter. */
final class HwmonGpuSource implements GpuSource {
    private final GpuInfo info;
    private final HwmonMeter meter;
    private final Supplier<GpuTelemetry> telemetryReader;
    private volatile @Nullable GpuTelemetry telemetry;

    HwmonGpuSource(GpuInfo info, HwmonMeter meter, Supplier<GpuTelemetry> telemetryReader) {
        this.info = info;
        this.meter = meter;
        this.telemetryReader = telemetryReader;
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
        return List.of(meter.channel());
    }

    @Override
    public void read(Readings readings) {
        meter.read(0, readings);
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
        return Errno.nameOf(errorCode);
    }

    @Override
    public void close() {
        meter.close();
    }
}
