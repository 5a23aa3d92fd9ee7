package io.joulegram.agent.otlp;

import io.joulegram.agent.export.Snapshot;
import io.joulegram.agent.export.Snapshot.GpuState;
import io.joulegram.agent.export.Snapshot.MeterState;
import io.joulegram.agent.export.Snapshot.StreamState;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuTelemetry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A snapshot under the names of OpenTelemetry's semantic conventions for hardware (docs/hardware of
 * semantic-conventions 1.44, in development): {@code hw.energy}, {@code hw.power}, {@code hw.host.*}, {@code hw.gpu.*}.
 *
 * <p>Only meters that do not overlap are in it, each with its best figure, so that a sum over {@code hw.id} is right.
 */
final class HardwareMetrics {
    /** Metrics of the catalogue that say what {@link #of} says too. */
    static final Set<String> COVERED = Set.of(
            "joulegram_energy_joules_total",
            "joulegram_power_watts",
            "joulegram_gpu_utilization_ratio",
            "joulegram_gpu_memory_used_bytes",
            "joulegram_gpu_memory_total_bytes");

    private static final double MICROJOULES_PER_JOULE = 1e6;
    private static final String ID = "hw.id";
    private static final String TYPE = "hw.type";
    private static final List<Attribute> HOST = List.of(new Attribute(ID, "host"));
    private static final List<Component> WHOLE_HOST =
            List.of(Component.GPU, Component.CPU, Component.DRAM, Component.OTHER);

    private final Map<String, GpuInfo> gpus = new HashMap<>();
    private final List<Point.Value> energy = new ArrayList<>();
    private final List<Point.Value> power = new ArrayList<>();
    private final List<Point.Value> hostEnergy = new ArrayList<>();
    private final List<Point.Value> hostPower = new ArrayList<>();
    private final List<Point.Value> utilization = new ArrayList<>();
    private final List<Point.Value> memoryUsage = new ArrayList<>();
    private final List<Point.Value> memoryUtilization = new ArrayList<>();
    private final List<Point.Value> memoryLimit = new ArrayList<>();

    private HardwareMetrics() {}

    /** The metrics that have points. */
    static List<Metric> of(Snapshot snapshot) {
        HardwareMetrics metrics = new HardwareMetrics();
        snapshot.gpus().forEach(gpu -> metrics.gpus.put(gpu.info().device(), gpu.info()));
        metrics.addMeters(snapshot.meters());
        metrics.addHost(snapshot);
        snapshot.gpus().stream().filter(GpuState::live).forEach(metrics::addGpu);
        return metrics.toList();
    }

    private void addMeters(List<MeterState> meters) {
        for (MeterState meter : meters) {
            if (isPart(meter)) {
                List<Attribute> attributes = attributes(meter.domain(), meter.device());
                energy.add(new Point.Value(attributes, meter.bestMicrojoules() / MICROJOULES_PER_JOULE));
                watts(meter).ifPresent(watts -> power.add(new Point.Value(attributes, watts)));
            }
        }
    }

    /** What a host uses is known only where its processors and its memory are, and what it uses now only if all are read. */
    private void addHost(Snapshot snapshot) {
        Map<Component, Long> parts = snapshot.facilityMicrojoules();
        if (!parts.containsKey(Component.CPU) || !parts.containsKey(Component.DRAM)) {
            return;
        }
        long microjoules = WHOLE_HOST.stream()
                .mapToLong(part -> parts.getOrDefault(part, 0L))
                .sum();
        hostEnergy.add(new Point.Value(HOST, microjoules / MICROJOULES_PER_JOULE));
        List<OptionalDouble> watts = snapshot.meters().stream()
                .filter(HardwareMetrics::isPart)
                .map(HardwareMetrics::watts)
                .toList();
        if (!watts.isEmpty() && watts.stream().allMatch(OptionalDouble::isPresent)) {
            hostPower.add(new Point.Value(
                    HOST,
                    watts.stream().mapToDouble(OptionalDouble::getAsDouble).sum()));
        }
    }

    private static boolean isPart(MeterState meter) {
        return meter.additive() && meter.domain().component() != null && meter.bestMicrojoules() >= 0;
    }

    private static OptionalDouble watts(MeterState meter) {
        if (!meter.live()) {
            return OptionalDouble.empty();
        }
        return meter.streams().stream()
                .filter(stream -> stream.live() && stream.sensor() == meter.bestSensor())
                .map(StreamState::watts)
                .findFirst()
                .orElse(OptionalDouble.empty());
    }

    private void addGpu(GpuState gpu) {
        if (gpu.telemetry().isEmpty()) {
            return;
        }
        GpuTelemetry telemetry = gpu.telemetry().get();
        List<Attribute> attributes = attributes(Domain.GPU, gpu.info().device());
        telemetry.utilizationRatio().ifPresent(ratio -> utilization.add(new Point.Value(attributes, ratio)));
        OptionalLong used = telemetry.memoryUsedBytes();
        OptionalLong total = telemetry.memoryTotalBytes();
        long limit = total.isPresent() ? total.getAsLong() : gpu.info().memoryTotalBytes();
        used.ifPresent(bytes -> memoryUsage.add(new Point.Value(attributes, bytes)));
        if (limit > 0) {
            memoryLimit.add(new Point.Value(attributes, limit));
            used.ifPresent(bytes -> memoryUtilization.add(new Point.Value(attributes, (double) bytes / limit)));
        }
    }

    /** The UUID of a GPU is the same over restarts and cards pulled; its index is not. */
    private List<Attribute> attributes(Domain domain, String device) {
        String name = domain.label() + " " + device;
        GpuInfo info = domain == Domain.GPU ? gpus.get(device) : null;
        if (info == null) {
            return List.of(
                    new Attribute(ID, domain.label() + ":" + device),
                    new Attribute(TYPE, type(domain)),
                    new Attribute("hw.name", name));
        }
        return Stream.of(
                        new Attribute(ID, info.uuid().isEmpty() ? domain.label() + ":" + device : info.uuid()),
                        new Attribute(TYPE, type(domain)),
                        new Attribute("hw.name", name),
                        new Attribute("hw.model", info.name()),
                        new Attribute("hw.driver_version", info.driver()))
                .filter(attribute -> !attribute.value().isEmpty())
                .toList();
    }

    /** The conventions have no word for the rest of a server, and allow others. */
    private static String type(Domain domain) {
        return domain == Domain.DRAM ? "memory" : domain.label();
    }

    private List<Metric> toList() {
        return Stream.of(
                        new Metric("hw.energy", "Energy of the component.", "J", Metric.Kind.COUNTER, energy),
                        new Metric("hw.power", "Power of the component now.", "W", Metric.Kind.GAUGE, power),
                        new Metric(
                                "hw.host.energy",
                                "Energy of the host, as far as it is measured.",
                                "J",
                                Metric.Kind.COUNTER,
                                hostEnergy),
                        new Metric(
                                "hw.host.power",
                                "Power of the host now, as far as it is measured.",
                                "W",
                                Metric.Kind.GAUGE,
                                hostPower),
                        new Metric(
                                "hw.gpu.utilization",
                                "Share of the last sample period in which a kernel ran on the GPU.",
                                "1",
                                Metric.Kind.GAUGE,
                                utilization),
                        new Metric(
                                "hw.gpu.memory.usage",
                                "GPU memory in use.",
                                "By",
                                Metric.Kind.UP_DOWN_COUNTER,
                                memoryUsage),
                        new Metric(
                                "hw.gpu.memory.utilization",
                                "Share of the GPU's memory in use.",
                                "1",
                                Metric.Kind.GAUGE,
                                memoryUtilization),
                        new Metric(
                                "hw.gpu.memory.limit",
                                "GPU memory in all.",
                                "By",
                                Metric.Kind.UP_DOWN_COUNTER,
                                memoryLimit))
                .filter(metric -> !metric.points().isEmpty())
                .toList();
    }
}
