package io.joulegram.agent.export;

import io.joulegram.agent.export.Snapshot.GpuState;
import io.joulegram.agent.export.Snapshot.MeterState;
import io.joulegram.agent.export.Snapshot.ServerState;
import io.joulegram.agent.export.Snapshot.SourceState;
import io.joulegram.agent.export.Snapshot.StreamState;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.Quantity;
import java.util.Locale;

/**
 * {@code /api/v1/status}: what is measured and how, what is missing and why. Times named {@code MonotonicNanos} are on
 * the agent's own clock and mean something only beside one another.
 */
final class StatusDocument {
    private final BuildInfo build;

    StatusDocument(BuildInfo build) {
        this.build = build;
    }

    byte[] render(Snapshot snapshot) {
        JsonObject document = new JsonObject();
        document.number("unixMillis", snapshot.wallMillis()).number("monotonicNanos", snapshot.monotonicNanos());
        document.object("build")
                .text("version", build.version())
                .text("revision", build.revision())
                .text("java", build.java());
        snapshot.kept()
                .ledger()
                .ifPresent(ledger -> document.object("ledger")
                        .text("file", ledger.file())
                        .flag("failing", ledger.failing())
                        .number("lagSeconds", ledger.lagSeconds())
                        .number("bytes", ledger.bytes()));
        document.objects("meters", snapshot.meters(), StatusDocument::meter)
                .objects("gpus", snapshot.gpus(), StatusDocument::gpu)
                .objects("sources", snapshot.sources(), StatusDocument::source)
                .objects("servers", snapshot.servers(), StatusDocument::server);
        return document.toBytes();
    }

    private static void meter(JsonObject json, MeterState meter) {
        json.text("domain", meter.domain().label())
                .text("device", meter.device())
                .text("source", meter.bestSensor().label())
                .number("energyMicrojoules", meter.bestMicrojoules())
                .number("divergenceRatio", meter.divergenceRatio())
                .text("counterDoubt", meter.counterDoubt().orElse(""))
                .number("counterResets", meter.counterResets())
                .number("streamSwitches", meter.streamSwitches())
                .number("unobservedNanos", meter.unobservedNanos())
                .number("sampleAgeNanos", meter.sampleAgeNanos())
                .flag("live", meter.live())
                .flag("additive", meter.additive());
        meter.streams().stream()
                .filter(stream -> stream.sensor() == meter.bestSensor())
                .findFirst()
                .ifPresent(stream -> lastSample(json, stream, meter.live()));
        json.objects("streams", meter.streams(), (node, stream) -> stream(node, meter, stream));
    }

    private static void stream(JsonObject json, MeterState meter, StreamState stream) {
        json.text("domain", meter.domain().label())
                .text("device", meter.device())
                .text("source", stream.sensor().label())
                .text("quantity", stream.quantity().name().toLowerCase(Locale.ROOT))
                .number("energyMicrojoules", stream.microjoules())
                .number("uncertaintyRatio", stream.uncertaintyRatio())
                .number("windowNanos", stream.windowNanos())
                .flag("windowLearned", stream.windowLearned())
                .number("updatePeriodNanos", stream.updatePeriodNanos())
                .number(
                        stream.quantity() == Quantity.ENERGY ? "smallestChangeMicrojoules" : "smallestChangeMilliwatts",
                        stream.smallestChange())
                .flag("live", meter.live() && stream.live());
        lastSample(json, stream, meter.live());
    }

    private static void lastSample(JsonObject json, StreamState stream, boolean meterLive) {
        if (meterLive && stream.live()) {
            json.number("watts", stream.watts());
        }
        json.number("lastSampleMonotonicNanos", stream.lastSampleNanos())
                .number("lastSampleUnixMillis", stream.lastSampleWallMillis());
    }

    private static void gpu(JsonObject json, GpuState gpu) {
        json.text("device", gpu.info().device())
                .text("uuid", gpu.info().uuid())
                .text("name", gpu.info().name())
                .text("pciBusId", gpu.info().pciBusId())
                .text("driver", gpu.info().driver())
                .flag("live", gpu.live());
        gpu.sharing()
                .ifPresent(sharing -> json.object("sharing")
                        .text("method", sharing.method())
                        .reals("ratioByServer", sharing.ratioByServer()));
        json.objects(
                "instances",
                gpu.instances(),
                (node, instance) -> node.text("instance", instance.instance())
                        .text("profile", instance.profile())
                        .text("method", instance.method())
                        .number("energyMicrojoules", instance.microjoules()));
        if (gpu.live()) {
            gpu.telemetry().ifPresent(telemetry -> telemetry(json, telemetry));
        }
    }

    private static void telemetry(JsonObject json, GpuTelemetry telemetry) {
        json.number("utilizationRatio", telemetry.utilizationRatio())
                .number("memoryUsedBytes", telemetry.memoryUsedBytes())
                .number("memoryTotalBytes", telemetry.memoryTotalBytes())
                .number("temperatureCelsius", telemetry.temperatureCelsius())
                .number("smClockHertz", telemetry.smClockHertz())
                .number("powerLimitWatts", telemetry.powerLimitWatts())
                .objects(
                        "processes",
                        telemetry.processes(),
                        (node, process) ->
                                node.number("pid", process.pid()).number("memoryUsedBytes", process.memoryUsedBytes()));
    }

    private static void source(JsonObject json, SourceState source) {
        json.text("name", source.name())
                .flag("up", source.up())
                .text("reason", source.reason())
                .text("fix", source.fix())
                .numbers("errors", source.errors())
                .number("ticks", source.ticks())
                .number("missedTicks", source.missedTicks())
                .number("reads", source.readCount())
                .number("readNanos", source.readNanos())
                .number("latenessNanos", source.latenessNanos());
    }

    private static void server(JsonObject json, ServerState server) {
        json.text("server", server.server()).flag("up", server.up());
        server.engine().ifPresent(engine -> json.text("engine", engine));
        server.promptIncludesCached().ifPresent(cached -> json.flag("promptIncludesCached", cached));
        server.countsAt().ifPresent(countsAt -> json.text("countsAt", countsAt));
        server.deployment().ifPresent(deployment -> json.text("deployment", deployment));
        server.role().ifPresent(role -> json.text("role", role));
        json.text("tokens", server.tokens())
                .texts("devices", server.devices())
                .text("devicesFrom", server.devicesFrom())
                .text("lastError", server.lastError())
                .numbers("errors", server.errors());
    }
}
