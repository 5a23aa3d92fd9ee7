package io.joulegram.agent.export;

import io.joulegram.agent.budget.Budget;
import io.joulegram.agent.budget.BudgetPeriod;
import io.joulegram.agent.budget.BudgetScope;
import io.joulegram.agent.budget.BudgetState;
import io.joulegram.agent.budget.BurnWindow;
import io.joulegram.agent.budget.Objective;
import io.joulegram.agent.budget.ObjectiveState;
import io.joulegram.agent.export.Snapshot.Backfilled;
import io.joulegram.agent.export.Snapshot.Boundary;
import io.joulegram.agent.export.Snapshot.CarbonState;
import io.joulegram.agent.export.Snapshot.DeploymentState;
import io.joulegram.agent.export.Snapshot.EmbodiedState;
import io.joulegram.agent.export.Snapshot.GpuState;
import io.joulegram.agent.export.Snapshot.GramsState;
import io.joulegram.agent.export.Snapshot.InstanceState;
import io.joulegram.agent.export.Snapshot.IntensityState;
import io.joulegram.agent.export.Snapshot.KeptState;
import io.joulegram.agent.export.Snapshot.LedgerState;
import io.joulegram.agent.export.Snapshot.Load;
import io.joulegram.agent.export.Snapshot.MeterState;
import io.joulegram.agent.export.Snapshot.ModelState;
import io.joulegram.agent.export.Snapshot.PerToken;
import io.joulegram.agent.export.Snapshot.Phase;
import io.joulegram.agent.export.Snapshot.PhaseEnergy;
import io.joulegram.agent.export.Snapshot.PhaseEstimate;
import io.joulegram.agent.export.Snapshot.PhaseFitState;
import io.joulegram.agent.export.Snapshot.PhasePerToken;
import io.joulegram.agent.export.Snapshot.PowerHistogramState;
import io.joulegram.agent.export.Snapshot.ServerState;
import io.joulegram.agent.export.Snapshot.SharingState;
import io.joulegram.agent.export.Snapshot.SourceState;
import io.joulegram.agent.export.Snapshot.StreamState;
import io.joulegram.agent.export.Snapshot.TokenKind;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.Quantity;
import io.joulegram.power.Sensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Snapshots made by hand. */
public final class Snapshots {
    public static final BuildInfo BUILD = new BuildInfo("0.1.0", "abc1234", "17.0.15");

    private Snapshots() {}

    /** One that fills every series of the catalogue. */
    public static Snapshot full() {
        return with(List.of(gpuMeter(true), cpuMeter()), List.of(gpu(true)), List.of(model("llama")), carbon());
    }

    /** One of a host on which nothing was found. */
    public static Snapshot bare() {
        return new Snapshot(
                1_700_000_000_000L,
                1_000,
                List.of(),
                List.of(),
                List.of(new SourceState("nvml", false, "no driver", "modprobe nvidia", Map.of(), 0, 0, 0, 0, 0, 0)),
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                new CarbonState(1, List.of(), List.of(), List.of(), Snapshot.OriginState.NONE),
                KeptState.NONE,
                OptionalLong.empty(),
                Optional.empty());
    }

    public static Snapshot with(
            List<MeterState> meters, List<GpuState> gpus, List<ModelState> models, CarbonState carbon) {
        return new Snapshot(
                1_700_000_000_000L,
                5_000_000_000L,
                meters,
                gpus,
                List.of(
                        new SourceState(
                                "nvml:0",
                                true,
                                "",
                                "",
                                Map.of("TIMEOUT", 3L),
                                600,
                                2,
                                598,
                                1_500_000_000L,
                                598,
                                250_000_000L),
                        new SourceState("rapl", false, "permission denied", "chmod", Map.of(), 0, 0, 0, 0, 0, 0)),
                List.of(server("vllm:8000")),
                models,
                models.stream()
                        .map(model -> new DeploymentState("chat", model.model(), model.perToken()))
                        .toList(),
                Map.of(Component.GPU, 1_234_567_890L, Component.CPU, 500_000L, Component.OVERHEAD, 1L),
                Map.of(Component.GPU, 234_567_890L),
                Map.of(Component.GPU, 7_000_000L),
                Map.of(Component.GPU, 3_000_000L),
                carbon,
                kept(),
                OptionalLong.of(42_000),
                Optional.of(workloads()));
    }

    /** A container of a pod, and the rest of what the host used. */
    private static Snapshot.WorkloadsState workloads() {
        return new Snapshot.WorkloadsState(
                List.of(
                        new Snapshot.WorkloadEnergy(
                                "container", "0123456789ab", Component.GPU, "exclusive", 1_000_000_000),
                        new Snapshot.WorkloadEnergy("none", "idle", Component.CPU, "cpu_time", 400_000)),
                List.of(new Snapshot.WorkloadGrams("container", "0123456789ab", OptionalDouble.of(0.125), 0.5)),
                List.of(new Snapshot.WorkloadInfo(
                        "container",
                        "0123456789ab",
                        "containerd",
                        "0123456789abcdef".repeat(4),
                        "4f0c1b7e-8a55-4c3e-9d6e-1b2a3c4d5e6f",
                        "llm",
                        "vllm-0",
                        "server",
                        Map.of("team", "blue"))),
                Map.of(Component.CPU, 100_000L, Component.OVERHEAD, 1L),
                Map.of(Component.GPU, 234_567_890L));
    }

    /** A budget of a month in its tenth day, a ledger, and energy from before the start. */
    private static KeptState kept() {
        Budget budget =
                new Budget("site", 500_000, BudgetPeriod.MONTH, BudgetScope.TOTAL, Optional.empty(), Optional.empty());
        BudgetState state = new BudgetState(
                budget,
                0,
                30L * 86_400_000,
                150_000,
                OptionalDouble.of(480_000),
                1 / 3.0,
                0.99,
                List.of(new BudgetState.Burn(BurnWindow.HOUR, 1.25, OptionalDouble.of(1.7))));
        return new KeptState(
                List.of(new Backfilled(Component.GPU, "0", 3_000_000)),
                List.of(state),
                List.of(new ObjectiveState(
                        new Objective(
                                "chat",
                                OptionalDouble.of(0.0005),
                                OptionalDouble.of(3),
                                Duration.ofHours(1),
                                Optional.empty(),
                                Optional.empty()),
                        120_000,
                        OptionalDouble.of(0.0004),
                        OptionalDouble.of(3.5))),
                Optional.of(new LedgerState("ledger.db", 30, 40_960, false)));
    }

    public static MeterState gpuMeter(boolean live) {
        return new MeterState(
                Domain.GPU,
                "0",
                List.of(
                        stream(Sensor.NVML_ENERGY, Quantity.ENERGY, 1_234_567_890L, 350.5),
                        stream(Sensor.NVML_INSTANT, Quantity.POWER, 1_230_000_000L, 351.25)),
                Sensor.NVML_ENERGY,
                1_234_567_890L,
                OptionalDouble.of(-0.0037),
                Optional.of("it counts 901 W, more than the device can draw"),
                1,
                2,
                2_500_000_000L,
                80_000_000L,
                live,
                true,
                new PowerHistogramState(List.of(100.0, 400.0), List.of(5L, 10L, 1L), 3456.5));
    }

    public static MeterState cpuMeter() {
        return new MeterState(
                Domain.CPU,
                "0",
                List.of(stream(Sensor.RAPL_PERF, Quantity.ENERGY, 500_000, 95)),
                Sensor.RAPL_PERF,
                500_000,
                OptionalDouble.empty(),
                Optional.empty(),
                0,
                0,
                0,
                1_000_000,
                true,
                true,
                new PowerHistogramState(List.of(), List.of(0L), 0));
    }

    public static StreamState stream(Sensor sensor, Quantity quantity, long microjoules, double watts) {
        return new StreamState(
                sensor,
                quantity,
                microjoules,
                OptionalDouble.of(watts),
                0.05,
                OptionalLong.of(25_000_000),
                true,
                OptionalLong.of(100_000_000),
                OptionalLong.of(130),
                4_920_000_000L,
                1_699_999_999_920L,
                true);
    }

    public static GpuState gpu(boolean live) {
        return new GpuState(
                new GpuInfo("0", "GPU-1", "NVIDIA H100", "00000000:3B:00.0", "570.1", 80_000_000_000L, 700),
                Optional.of(new GpuTelemetry(
                        OptionalDouble.of(0.75),
                        OptionalLong.of(60_000_000_000L),
                        OptionalLong.empty(),
                        OptionalDouble.of(61),
                        OptionalDouble.of(1.98e9),
                        OptionalDouble.of(650),
                        OptionalLong.of(0x4 | 0x1),
                        List.of(new GpuProcess(4711, OptionalLong.of(1_000))))),
                Optional.of(new SharingState("process_utilization", Map.of("vllm:8000", 0.75))),
                List.of(
                        new InstanceState("1/0", "3g.40gb", "gpm", 7_000_000),
                        new InstanceState("unassigned", "", "", 3_000_000)),
                live);
    }

    static ServerState server(String name) {
        return new ServerState(
                name,
                Optional.of("vllm"),
                Optional.of(true),
                Optional.of("generated"),
                true,
                List.of("0"),
                "processes",
                Optional.of("chat"),
                Optional.of("decode"),
                "here",
                "",
                Map.of("timeout", 1L));
    }

    public static ModelState model(String name) {
        return new ModelState(
                "vllm:8000",
                name,
                OptionalLong.of(1_000),
                OptionalLong.of(200),
                OptionalLong.of(3_000),
                OptionalLong.of(3_040),
                17,
                OptionalLong.of(4_000_000_000L),
                OptionalDouble.of(4),
                OptionalDouble.of(0),
                OptionalLong.of(40),
                OptionalDouble.of(320),
                "token_weights",
                Optional.of(new PhaseFitState(
                        "holds",
                        64,
                        OptionalDouble.of(0.75),
                        OptionalDouble.of(5),
                        List.of(new PhaseEstimate(Phase.DECODE, 0.25, 0.125, 0.375)))),
                List.of(
                        new PhaseEnergy(Component.GPU, Phase.DECODE, 900_000_000),
                        new PhaseEnergy(Component.GPU, Phase.IDLE, 100_000_000)),
                OptionalDouble.of(0.125),
                0.0625,
                List.of(
                        new PerToken(
                                TokenKind.GENERATION,
                                Boundary.GPU,
                                Load.ACTIVE,
                                0.3,
                                OptionalDouble.empty(),
                                OptionalDouble.of(0.05),
                                OptionalDouble.empty()),
                        new PerToken(
                                TokenKind.GENERATION,
                                Boundary.FACILITY,
                                Load.LOADED,
                                0.375,
                                OptionalDouble.of(0.0000625),
                                OptionalDouble.of(0.0625),
                                OptionalDouble.of(0.125)),
                        new PerToken(
                                TokenKind.ALL,
                                Boundary.FACILITY,
                                Load.LOADED,
                                0.125,
                                OptionalDouble.of(0.00003125),
                                OptionalDouble.of(0.0625),
                                OptionalDouble.of(0.125))),
                List.of(new PhasePerToken(Phase.PREFILL, 0.01), new PhasePerToken(Phase.DECODE, 0.25)),
                Optional.of(new Sci(3_600_000, 0.1, 0.025, 2_000)),
                Optional.of(new DelayProducts(10, 8, 900, OptionalDouble.of(0.09), 0.01)));
    }

    public static CarbonState carbon() {
        return new CarbonState(
                1.25,
                List.of(new IntensityState(
                        "DE",
                        "owid",
                        "average",
                        363.5,
                        31_536_000,
                        "owid-2026",
                        "location",
                        "lifecycle",
                        true,
                        OptionalDouble.of(0.6))),
                List.of(new GramsState("operational", Component.GPU, "0", "location", 0.1246)),
                List.of(new EmbodiedState(
                        Component.GPU, "0", 164_000, 120_000, 250_000, 157_680_000, "catalogue", List.of())),
                new Snapshot.OriginState(6e8, 4e8, 2e8));
    }
}
