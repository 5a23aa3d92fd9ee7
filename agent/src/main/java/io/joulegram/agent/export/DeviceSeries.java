package io.joulegram.agent.export;

import io.joulegram.agent.export.Snapshot.GpuState;
import io.joulegram.agent.export.Snapshot.MeterState;
import io.joulegram.agent.export.Snapshot.SourceState;
import io.joulegram.agent.export.Snapshot.StreamState;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuTelemetry;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The series of meters, GPUs and sources. Where a device is not being read its counters stay, as what they counted is
 * still true, and its gauges go, as nothing is known of it now.
 */
final class DeviceSeries {
    private final Families families;

    DeviceSeries(Families families) {
        this.families = families;
    }

    void add(Snapshot snapshot) {
        snapshot.meters().forEach(this::addMeter);
        snapshot.gpus().forEach(this::addGpu);
        snapshot.sources().forEach(this::addSource);
    }

    private void addMeter(MeterState meter) {
        String domain = meter.domain().label();
        String device = meter.device();
        for (StreamState stream : meter.streams()) {
            families.addJoules(
                    MetricCatalogue.ENERGY_JOULES_TOTAL,
                    stream.microjoules(),
                    domain,
                    device,
                    stream.sensor().label());
            if (meter.live() && stream.live()) {
                addStreamGauges(domain, device, stream);
            }
        }
        families.addCount(MetricCatalogue.ENERGY_COUNTER_RESETS_TOTAL, meter.counterResets(), domain, device);
        families.addCount(MetricCatalogue.ENERGY_SOURCE_SWITCHES_TOTAL, meter.streamSwitches(), domain, device);
        families.addSeconds(MetricCatalogue.ENERGY_UNOBSERVED_SECONDS_TOTAL, meter.unobservedNanos(), domain, device);
        families.addHistogram(MetricCatalogue.POWER_SAMPLE_WATTS, meter.powerHistogram(), domain, device);
        if (meter.live()) {
            families.add(MetricCatalogue.ENERGY_DIVERGENCE_RATIO, meter.divergenceRatio(), domain, device);
            families.addSeconds(MetricCatalogue.SAMPLE_AGE_SECONDS, meter.sampleAgeNanos(), domain, device);
        }
    }

    /**
     * Sensor period and window have no {@code domain} label: domains of one device that share a source share its sensor,
     * and the first one speaks for all.
     */
    private void addStreamGauges(String domain, String device, StreamState stream) {
        String source = stream.sensor().label();
        families.add(MetricCatalogue.POWER_WATTS, stream.watts(), domain, device, source);
        families.add(MetricCatalogue.ENERGY_UNCERTAINTY_RATIO, stream.uncertaintyRatio(), domain, device, source);
        families.addSeconds(MetricCatalogue.SENSOR_UPDATE_PERIOD_SECONDS, stream.updatePeriodNanos(), device, source);
        families.addSeconds(MetricCatalogue.SENSOR_WINDOW_SECONDS, stream.windowNanos(), device, source);
    }

    private void addGpu(GpuState gpu) {
        GpuInfo info = gpu.info();
        families.add(
                MetricCatalogue.GPU_INFO, 1, info.device(), info.uuid(), info.name(), info.pciBusId(), info.driver());
        gpu.instances()
                .forEach(instance -> families.addJoules(
                        MetricCatalogue.GPU_INSTANCE_ENERGY_JOULES_TOTAL,
                        instance.microjoules(),
                        info.device(),
                        instance.instance(),
                        instance.profile(),
                        instance.method()));
        if (gpu.live()) {
            gpu.sharing()
                    .ifPresent(sharing -> new TreeMap<>(sharing.ratioByServer())
                            .forEach((server, ratio) -> families.add(
                                    MetricCatalogue.GPU_SHARE_RATIO, ratio, info.device(), server, sharing.method())));
            gpu.telemetry().ifPresent(telemetry -> addTelemetry(info, telemetry));
        }
    }

    private void addTelemetry(GpuInfo info, GpuTelemetry telemetry) {
        String device = info.device();
        families.add(MetricCatalogue.GPU_UTILIZATION_RATIO, telemetry.utilizationRatio(), device);
        families.add(MetricCatalogue.GPU_MEMORY_USED_BYTES, telemetry.memoryUsedBytes(), device);
        families.add(MetricCatalogue.GPU_MEMORY_TOTAL_BYTES, memoryTotalBytes(info, telemetry), device);
        families.add(MetricCatalogue.GPU_TEMPERATURE_CELSIUS, telemetry.temperatureCelsius(), device);
        families.add(MetricCatalogue.GPU_SM_CLOCK_HERTZ, telemetry.smClockHertz(), device);
        families.add(MetricCatalogue.GPU_POWER_LIMIT_WATTS, telemetry.powerLimitWatts(), device);
        telemetry.throttleReasons().ifPresent(bits -> {
            for (ThrottleReason reason : ThrottleReason.values()) {
                families.addFlag(MetricCatalogue.GPU_THROTTLE_ACTIVE, reason.isIn(bits), device, reason.label());
            }
        });
    }

    private static OptionalLong memoryTotalBytes(GpuInfo info, GpuTelemetry telemetry) {
        if (telemetry.memoryTotalBytes().isPresent()) {
            return telemetry.memoryTotalBytes();
        }
        return info.memoryTotalBytes() > 0 ? OptionalLong.of(info.memoryTotalBytes()) : OptionalLong.empty();
    }

    private void addSource(SourceState source) {
        String name = source.name();
        families.addFlag(MetricCatalogue.SOURCE_UP, source.up(), name);
        new TreeMap<>(source.errors())
                .forEach(
                        (reason, count) -> families.addCount(MetricCatalogue.SOURCE_ERRORS_TOTAL, count, name, reason));
        families.addSummary(MetricCatalogue.SOURCE_READ_SECONDS, source.readCount(), source.readNanos(), name);
        families.addCount(MetricCatalogue.SAMPLING_TICKS_TOTAL, source.ticks(), name);
        families.addCount(MetricCatalogue.SAMPLING_MISSED_TICKS_TOTAL, source.missedTicks(), name);
        families.addSummary(
                MetricCatalogue.SAMPLING_LATENESS_SECONDS, source.latenessCount(), source.latenessNanos(), name);
    }
}
