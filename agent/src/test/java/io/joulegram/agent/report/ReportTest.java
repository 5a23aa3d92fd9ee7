package io.joulegram.agent.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.Ledger;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.ledger.LedgerReader;
import io.joulegram.agent.ledger.LedgerWorkload;
import io.joulegram.agent.ledger.ModelUse;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.grid.IntensityPoint;
import io.joulegram.grid.IntensityTrace;
import io.joulegram.power.Component;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant FROM = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2026-03-03T00:00:00Z");
    private static final long KWH = 3_600_000_000_000L;
    private static final LedgerDevice GPU = new LedgerDevice(Component.GPU, "0", 90, 100, 350, 1_000, "made up");
    private static final LedgerDevice OTHER = new LedgerDevice(Component.OTHER, "0", 10, 20, 40, 1_000, "made up");

    @TempDir
    private Path directory;

    private Path node1;
    private Path node2;

    @BeforeEach
    void fill() throws LedgerException {
        node1 = ledger(
                "node1",
                bucket("2026-03-01T12:00:00Z", 400, 2 * KWH, KWH, 1_000_000),
                bucket("2026-03-02T12:00:00Z", 100, 3 * KWH, KWH, 2_000_000));
        node2 = ledger("node2", bucket("2026-03-02T12:00:00Z", 100, KWH, 0, 0));
    }

    @Test
    void sumsEnergyTimesTheIntensityOfItsTime() throws LedgerException {
        Report report = report(Pricing.asBooked(), node1, node2);
        // Two kWh at 400 g, three and one at 100, each with a tenth of overhead.
        assertThat(report.total().joules()).isCloseTo(6.6 * 3.6e6, within(1e-3));
        assertThat(report.total().operationalGrams().orElseThrow()).isCloseTo(1.1 * (800 + 300 + 100), within(1e-9));
        assertThat(report.total().marketGrams()).isEmpty();
        assertThat(report.hosts()).containsExactly("node1", "node2");
    }

    @Test
    void everyGroupingIsAPartitionOfTheWhole() throws LedgerException {
        Report report = report(Pricing.asBooked(), node1, node2);
        for (List<Line> lines : List.of(
                report.byComponent(),
                report.byDevice(),
                report.byModel(),
                report.byWorkload(),
                report.byDay(),
                report.byHost())) {
            assertSums(lines, report.total(), Line::joules);
            assertSums(lines, report.total(), line -> line.operationalGrams().orElse(0));
            assertSums(lines, report.total(), Line::embodiedGrams);
            assertSums(lines, report.total(), Line::embodiedHighGrams);
        }
        assertThat(report.byDay().stream().map(Line::name)).containsExactly("2026-03-01", "2026-03-02");
        assertThat(report.byModel().stream().map(Line::name))
                .containsExactly("<b>llama & co</b> @ s", ReportBuilder.NOT_ATTRIBUTED);
    }

    @Test
    void workloadsAreByWhatTheyUsedAndThenWhatIsNobodys() throws LedgerException {
        List<Line> lines = report(Pricing.asBooked(), node1, node2).byWorkload();

        assertThat(lines)
                .extracting(Line::name)
                .containsExactly(
                        "container llm/vllm-0/server",
                        "systemd_unit <b>db</b>.service",
                        "(idle)",
                        ReportBuilder.NOT_ATTRIBUTED);
        // Half of two, three and one kWh at 400, 100 and 100 g, whatever number the container has.
        assertThat(lines.get(0).joules()).isCloseTo(3 * 3.6e6, within(1e-3));
        assertThat(lines.get(0).operationalGrams().orElseThrow()).isCloseTo(400 + 150 + 50, within(1e-9));
        assertThat(lines.get(0).embodiedGrams()).isCloseTo(3 * 2, within(1e-9));
        // A quarter of the GPU that no workload is known for, and the overhead of all.
        assertThat(lines.get(3).joules()).isCloseTo((1.5 / 2 + 0.6) * 3.6e6, within(1e-3));
    }

    @Test
    void terminalsAndPagesShowTheThirtyWorkloadsThatUsedMost() throws LedgerException {
        List<WorkloadUse> uses = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            uses.add(new WorkloadUse(LedgerWorkload.of("slurm_job", "" + i), Map.of(Component.GPU, KWH * i), 0));
        }
        Report report = report(
                Pricing.asBooked(),
                ledger(
                        "node3",
                        bucket("2026-03-01T12:00:00Z", 400, 800 * KWH, 0, 0).withWorkloads(uses)));

        assertThat(CsvReport.of("workload", report.byWorkload()).lines()).hasSize(1 + 40 + 1);
        assertThat(new JsonReport().of(report)).contains("\"slurm_job 3\"");
        for (String text : List.of(TextReport.of(report), HtmlReport.of(report))) {
            assertThat(text)
                    .contains("slurm_job 10", "(10 workloads that used less)", "45.00 kWh")
                    .doesNotContainPattern("slurm_job 9\\b");
        }
    }

    private static void assertSums(List<Line> lines, Line total, ToDoubleFunction<Line> figure) {
        assertThat(lines.stream().mapToDouble(figure).sum()).isCloseTo(figure.applyAsDouble(total), within(1e-6));
    }

    @Test
    void whatHasNoMeterIsUnknownAndNotZero() throws LedgerException {
        Line other = report(Pricing.asBooked(), node1).byComponent().stream()
                .filter(line -> line.name().equals("other"))
                .findFirst()
                .orElseThrow();
        assertThat(other.measured()).isFalse();
        assertThat(other.operationalGrams()).isEmpty();
        assertThat(other.embodiedGrams()).isPositive();
        assertThat(TextReport.of(report(Pricing.asBooked(), node1))).containsPattern("other +unknown");
    }

    @Test
    void figuresPerTokenAreRatiosOfSums() throws LedgerException {
        Line model = report(Pricing.asBooked(), node1).byModel().get(0);
        assertThat(model.joulesPerToken().orElseThrow()).isCloseTo(2 * 3.6e6 / 3_000_000, within(1e-9));
        assertThat(model.gramsPerToken().orElseThrow())
                .isCloseTo((400 + 100 + model.embodiedGrams()) / 3_000_000, within(1e-12));
    }

    @Test
    void scopesAreThoseOfTheGhgProtocol() throws LedgerException {
        Report report = report(Pricing.asBooked(), node1, node2);
        assertThat(report.byHost().stream().map(Line::name)).containsExactly("node1", "node2");
        assertThat(report.scopes())
                .extracting(ScopeLine::name)
                .containsExactly("scope 2, location-based", "scope 3, making, amortized");
        assertThat(report.scopes().stream().mapToDouble(ScopeLine::grams).sum())
                .isCloseTo(report.total().totalGrams().orElseThrow(), within(1e-9));
        assertThat(CsvReport.of(report.scopes()))
                .startsWith("scope,grams,low_grams,high_grams")
                .contains("\"scope 2, location-based\",1320.0,,");
        assertThat(TextReport.of(report)).contains("By scope of the GHG Protocol", "By host");
        assertThat(HtmlReport.of(report)).contains("<th scope=\"row\">scope 2, location-based</th>");
    }

    @Test
    void restatesWithBetterIntensitiesAndTellsTheDifference() throws LedgerException {
        IntensityTrace trace = IntensityTrace.of(List.of(
                new IntensityPoint(Instant.parse("2026-03-02T00:00:00Z"), Instant.parse("2026-03-03T00:00:00Z"), 150)));
        Report report = report(Pricing.restated(trace), node1, node2);
        // The first day is not in the trace and stays as it was booked.
        assertThat(report.total().operationalGrams().orElseThrow()).isCloseTo(1.1 * (800 + 450 + 150), within(1e-9));
        assertThat(report.bookedGrams().orElseThrow()).isCloseTo(1.1 * 1200, within(1e-9));
        assertThat(TextReport.of(report)).contains("Restated: operational grams were 1.320 kg as booked");
    }

    @Test
    void uncertaintiesOfDifferentDevicesAreIndependent() throws LedgerException {
        Report one = report(Pricing.asBooked(), node1);
        // 5 % of the GPU's energy, and of the overhead, which is a multiple of it; what has no meter brings none of its
        // own.
        assertThat(one.total().uncertaintyRatio()).isCloseTo(0.05, within(1e-9));
        assertThat(one.byComponent())
                .filteredOn(line -> line.name().equals("overhead"))
                .singleElement()
                .satisfies(line -> assertThat(line.uncertaintyRatio()).isCloseTo(0.05, within(1e-9)));
        Report two = report(Pricing.asBooked(), node1, node2);
        assertThat(two.total().uncertaintyRatio()).isCloseTo(0.05 * Math.hypot(5, 1) / 6, within(1e-9));
    }

    @Test
    void pageEscapesNamesAndNeedsNothingElse() throws LedgerException {
        String page = HtmlReport.of(report(Pricing.asBooked(), node1));
        assertThat(page)
                .contains("&lt;b&gt;llama &amp; co&lt;/b&gt; @ s")
                .doesNotContain("<b>llama")
                .doesNotContain("{{")
                .doesNotContainPattern("(src|href)=\"http");
    }

    @Test
    void aNameCannotCommandTheTerminal() throws LedgerException {
        ReportBuilder builder = new ReportBuilder(FROM, UNTIL, BERLIN, Pricing.asBooked(), false);
        try (LedgerReader reader = LedgerReader.open(node1)) {
            builder.add("no\u001b[2Jde\u009b1m", reader);
        }
        assertThat(TextReport.of(builder.build()))
                .contains("no?[2Jde?1m")
                .doesNotContain("\u001b")
                .doesNotContain("\u009b");
    }

    @Test
    void jsonHoldsTheSameFigures() throws Exception {
        Report report = report(Pricing.asBooked(), node1, node2);
        JsonNode json = new ObjectMapper().readTree(new JsonReport().of(report));
        assertThat(json.get("schema").asText()).isEqualTo("joulegram-report/1");
        assertThat(json.at("/total/operationalLocationGrams").asDouble())
                .isEqualTo(report.total().operationalGrams().orElseThrow());
        assertThat(json.at("/models/0/tokens/generated").asLong()).isEqualTo(3_000_000);
        assertThat(json.at("/components").findValuesAsText("name")).containsExactly("gpu", "other", "overhead");
        assertThat(json.at("/components/1").has("energyJoules")).isFalse();
    }

    @Test
    void csvLeavesTheUnknownEmpty() throws LedgerException {
        List<String> lines = CsvReport.of(
                        "component", report(Pricing.asBooked(), node1).byComponent())
                .lines()
                .toList();
        assertThat(lines.get(0)).startsWith("component,energy_joules,");
        assertThat(lines.get(1)).startsWith("gpu,18000000,0.05,1100");
        assertThat(lines.get(2)).startsWith("other,,,,,,");
    }

    @Test
    void whatIfChangesPlacePueLifetimesAndGpus() throws LedgerException {
        WhatIf whatIf =
                new WhatIf(OptionalDouble.of(1.5), Map.of(Component.OTHER, 2_000.0), 0.5, OptionalDouble.of(300));
        Report report = new ReportBuilder(FROM, UNTIL, BERLIN, Pricing.fixed(50), false)
                .add("node1", LedgerReader.open(node1), whatIf::apply)
                .build();
        // Half of five kWh, with half of that again as overhead.
        assertThat(report.total().joules()).isCloseTo(3.75 * 3.6e6, within(1e-3));
        assertThat(report.total().operationalGrams().orElseThrow()).isCloseTo(3.75 * 50, within(1e-9));
        Report before = report(Pricing.asBooked(), node1);
        assertThat(report.byComponent().get(0).embodiedGrams())
                .isCloseTo(3 * before.byComponent().get(0).embodiedGrams(), within(1e-5));
        assertThat(report.byComponent().get(1).embodiedGrams())
                .isCloseTo(before.byComponent().get(1).embodiedGrams() / 2, within(1e-5));
        assertSums(report.byModel(), report.total(), Line::joules);
    }

    private Report report(Pricing pricing, Path... ledgers) throws LedgerException {
        ReportBuilder builder = new ReportBuilder(FROM, UNTIL, BERLIN, pricing, true);
        for (Path file : ledgers) {
            try (LedgerReader reader = LedgerReader.open(file)) {
                builder.add(String.valueOf(file.getFileName()), reader);
            }
        }
        return builder.build();
    }

    private Path ledger(String name, Bucket... buckets) throws LedgerException {
        Path file = directory.resolve(name);
        try (Ledger ledger = Ledger.open(file, FROM)) {
            ledger.append(List.of(buckets), List.of());
        }
        return file;
    }

    /** A minute: a GPU with 5 % of uncertainty, a tenth of overhead, the rest of the host without a meter. */
    private static Bucket bucket(String start, double gramsPerKwh, long gpu, long model, long tokens) {
        long millis = Instant.parse(start).toEpochMilli();
        List<DeviceUse> devices = List.of(
                new DeviceUse(GPU, "nvml_energy", OptionalLong.of(gpu), 0, 0.05, 6_000_000),
                new DeviceUse(OTHER, "", OptionalLong.empty(), 0, 0, 1_200_000),
                new DeviceUse(
                        LedgerDevice.withoutFootprint(Component.OVERHEAD, ""), "", OptionalLong.of(gpu / 10), 0, 0, 0));
        List<ModelUse> models = model == 0
                ? List.of()
                : List.of(new ModelUse(
                        "s",
                        "<b>llama & co</b>",
                        Map.of(Component.GPU, model),
                        model / 4,
                        model / 2,
                        model - model / 4 - model / 2,
                        3_000_000,
                        5,
                        1,
                        tokens));
        BookedIntensity intensity = new BookedIntensity(gramsPerKwh, "DE", "trace", "average", "lifecycle", "made up");
        Bucket bucket = new Bucket(
                millis,
                millis + 60_000,
                60_000,
                Bucket.Kind.MINUTE,
                1.1,
                Map.of("location", intensity),
                devices,
                models);
        return bucket.withWorkloads(List.of(
                new WorkloadUse(
                        new LedgerWorkload("container", "id of " + start, "llm", "vllm-0", "server"),
                        Map.of(Component.GPU, gpu / 2),
                        2_000_000),
                use("systemd_unit", "<b>db</b>.service", gpu / 8),
                use("none", "idle", gpu / 4),
                use("none", "unattributed", gpu / 8)));
    }

    private static WorkloadUse use(String kind, String name, long microjoules) {
        return new WorkloadUse(LedgerWorkload.of(kind, name), Map.of(Component.GPU, microjoules), 0);
    }
}
