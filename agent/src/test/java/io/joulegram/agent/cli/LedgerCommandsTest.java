package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.Ledger;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.power.Component;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code report}, {@code whatif}, and what {@code config check} says of budgets. */
final class LedgerCommandsTest {
    private static final Instant NOW = Instant.parse("2026-03-20T12:00:00Z");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private String ledger = "";

    /** Two kWh at 400 g/kWh in March, five in February. */
    @BeforeEach
    void fill() throws Exception {
        Path file = directory.resolve("ledger.db");
        try (Ledger open = Ledger.open(file, NOW)) {
            open.append(List.of(bucket("2026-02-28T22:00:00Z", 5), bucket("2026-03-05T10:00:00Z", 2)), List.of());
        }
        ledger = file.toString();
    }

    @Test
    void reportsThePresentMonthByDefault() {
        assertThat(execute("report", "--ledger", ledger, "--time-zone", "UTC")).isZero();
        assertThat(out.toString()).contains("2.000 kWh").contains("800.0 g").contains("from 2026-03-01T00:00Z");
    }

    @Test
    void reportsAMonthOfATimeZone() {
        assertThat(execute("report", "--ledger", ledger, "--month", "2026-03", "--time-zone", "Asia/Kolkata"))
                .isZero();
        // In Kolkata the first of March begins at half past six in the evening before.
        assertThat(out.toString()).contains("7.000 kWh");
    }

    @Test
    void writesToAFile() throws IOException {
        Path page = directory.resolve("report.html");
        assertThat(execute("report", "--ledger", ledger, "--format", "html", "--output", page.toString()))
                .isZero();
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").contains("2.000 kWh");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void takesTheLedgerOfAConfiguration() throws IOException {
        Path config =
                Files.writeString(directory.resolve("joulegram.yaml"), "ledger.path: ledger.db\ntime-zone: UTC\n");
        assertThat(execute("report", "--config", config.toString(), "--format", "csv", "--by", "day"))
                .isZero();
        assertThat(out.toString()).contains("2026-03-05,7200000.0,0.05,800.0,");
    }

    @Test
    void whatIfTellsBothFigures() {
        assertThat(execute("whatif", "--ledger", ledger, "--intensity", "100", "--pue", "1.5"))
                .isZero();
        assertThat(out.toString())
                .contains("What if: 100.0 g/kWh; PUE 1.5")
                .contains("800.0 g")
                .contains("300.0 g");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "report | no ledger: name one with --ledger",
                "report --ledger L --month March | --month: \"March\" is not a month such as 2026-03",
                "report --ledger L --ledger L | is given twice and would be counted twice",
                "report --ledger L --from 2026-03-05 --until 2026-03-01 | is not after --from",
                "report --ledger L --from tomorrow | --from: \"tomorrow\" is neither a date",
                "report --ledger L --time-zone Mars | --time-zone: \"Mars\" is not a time zone",
                "report --ledger L --format jsn | did you mean json?",
                "whatif --ledger L | nothing is changed",
                "whatif --ledger L --pue 0.5 | --pue: \"0.5\" is not a number from 1.0 to 3.0",
                "whatif --ledger L --zone Atlantis | --zone: \"Atlantis\" is in no table",
                "whatif --ledger L --source hydra | --source: \"hydra\" is none of coal, gas, biomass, solar",
                "whatif --ledger L --source hydra | did you mean hydro?",
                "whatif --ledger L --lifetime fan=3 | --lifetime: \"fan=3\" is not a lifetime such as gpu=6",
                "whatif --ledger L --gpu H100 | --gpu needs --gpu-energy",
                "whatif --ledger L --zone DE --intensity 5 | --intensity and --zone exclude each other",
                "whatif --ledger L --format xml --pue 2 | --format: \"xml\" is none of text, csv, json",
                "whatif --ledger L --alternative zone=FR | has no name",
                "whatif --ledger L --alternative a:zoone=FR | \"zoone\" in \"a\" is none of intensity, zone",
                "whatif --ledger L --alternative a:zoone=FR | did you mean zone?",
                "whatif --ledger L --alternative a:pue=1,pue=2 | pue is there twice in \"a\"",
                "whatif --ledger L --alternative a:pue=9 | --alternative \"a\" pue: \"9\" is not a number from 1.0 to",
                "whatif --ledger L --alternative a:lifetime.fan=3 | lifetime: \"fan=3\" is not a lifetime",
                "whatif --ledger L --alternative a:zone=FR --pue 2 | --alternative excludes the options of a single",
                "whatif --ledger L --watts 5 --pue 2 | --watts needs --machine",
                "whatif --ledger L --machine cpu=X,dram=1GB | --machine and --ledger exclude each other",
                "whatif --machine dram=1GB | a machine has at least cpu and dram",
                "whatif --machine cpu=Z80,dram=1GB | \"Z80\" is not in the catalogue of processors",
                "whatif --machine cpu=EPYC-7V12,dram=1GB,gpu=Voodoo | \"Voodoo\" is not in the catalogue of GPUs",
                "whatif --machine cpu=EPYC-7V12,dram=many | \"many\" is not a size such as 880GB",
                "whatif --machine cpu=EPYC-7V12,dram=1GB,fan=2 | \"fan=2\" is none of cpu=NAME",
                "whatif --machine cpu=EPYC-7V12,dram=1GB --for ever | --for: \"ever\" is not a time such as 1s",
                "whatif --machine cpu=EPYC-7V12,dram=1GB --for 0s | --for: \"0s\" is no time",
                "whatif --machine cpu=EPYC-7V12,dram=1GB --batch-table nowhere.csv | nowhere.csv cannot be read",
                "whatif --machine cpu=EPYC-7V12,dram=1GB --batch-table ../docs/whatif/batch.csv | the carbon intensity of"
                        + " \"as it is\" is not known"
            })
    void wrongUseIsAnsweredWithWhatIsRight(String line, String message) {
        assertThat(execute(line.replace("L ", ledger + " ")
                        .replaceFirst("L$", ledger)
                        .split(" ")))
                .isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void alternativesStandBesideEachOther() {
        assertThat(execute(
                        "whatif",
                        "--ledger",
                        ledger,
                        "--alternative",
                        "clean: intensity=100",
                        "--alternative",
                        "lossy: pue=1.5",
                        "--format",
                        "csv"))
                .isZero();
        assertThat(out.toString())
                .startsWith("alternative,energy_joules,")
                .contains("as it is,7200000.0,0.05,800.0,")
                .contains("clean,7200000.0,0.05,200.0,")
                .contains("lossy,10800000,0.05,1200.0,");
    }

    @Test
    void aMachineWhoseIntensityIsNotKnownHasNoGrams() {
        assertThat(execute("whatif", "--machine", "cpu=EPYC 7V12, dram=1GB", "--alternative", "wind: source=wind"))
                .isZero();
        assertThat(out.toString()).containsPattern("as it is +[0-9.]+ Wh +unknown");
    }

    @Test
    void alternativesAreADocumentToo() throws IOException {
        assertThat(execute(
                        "whatif",
                        "--machine",
                        "cpu=EPYC 7V12, dram=100GB",
                        "--watts",
                        "1000",
                        "--for",
                        "1h",
                        "--base-intensity",
                        "400",
                        "--tokens",
                        "100000",
                        "--alternative",
                        "half: intensity=200",
                        "--format",
                        "json"))
                .isZero();
        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertThat(document.at("/schema").textValue()).isEqualTo("joulegram-whatif/1");
        assertThat(document.at("/base/operationalLocationGrams").doubleValue()).isCloseTo(400, within(1e-6));
        assertThat(document.at("/base/joulesPerGeneratedToken").doubleValue()).isCloseTo(36, within(1e-9));
        assertThat(document.at("/alternatives/0/operationalLocationGrams").doubleValue())
                .isCloseTo(200, within(1e-6));
        assertThat(document.at("/alternatives/0/changes/0").textValue()).isEqualTo("200.0 g/kWh");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "batch,joules_per_token | has no rows",
                "batch,joules_per_token;1,2 | tokens_per_second is \"\", and should be a number above 0",
                "batch,joules_per_token,tokens_per_second;8,-2,5 | t.csv:2: joules_per_token is \"-2\"",
                "batch,joules_per_token,tokens_per_second;8,NaN,5 | t.csv:2: joules_per_token is \"NaN\""
            })
    void aTableOfBatchesIsAnsweredWithWhatIsWrong(String text, String message) throws IOException {
        Path file = Files.writeString(directory.resolve("t.csv"), text.replace(';', '\n') + "\n");
        assertThat(execute("whatif", "--machine", "cpu=EPYC 7V12, dram=1GB", "--batch-table", file.toString()))
                .isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void aLedgerThatIsNotThereIsAFailure() {
        assertThat(execute("report", "--ledger", directory.resolve("nowhere").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("nowhere does not exist");
    }

    @Test
    void configCheckWarnsOfABudgetThatNoLoadCanExhaust() throws IOException {
        Path config = Files.writeString(directory.resolve("joulegram.yaml"), """
                grid.intensity: 400
                host.peak-watts: 1000
                ledger.path: ledger.db
                budgets:
                  - {name: large, limit: 1t}
                  - {name: small, limit: 100kg}
                """);
        assertThat(execute("config", "check", config.toString())).isZero();
        assertThat(err.toString())
                .contains(
                        "warning: budgets: \"large\" cannot be exhausted: 1000 W at PUE 1.0 and 400 g/kWh emit 298.0 kg")
                .doesNotContain("small");
    }

    @Test
    void configCheckWarnsOfObjectivesThatCannotBeJudged() throws IOException {
        Path config = Files.writeString(directory.resolve("joulegram.yaml"), """
                servers: ["http://127.0.0.1:8000"]
                objectives:
                  - {name: dark, grams-per-token: 0.001}
                  - {name: elsewhere, joules-per-token: 2, server: nowhere}
                  - {name: fine, joules-per-token: 2}
                """);
        assertThat(execute("config", "check", config.toString())).isZero();
        assertThat(err.toString())
                .contains(
                        "warning: objectives: \"dark\" cannot be judged: grams per token are not known without a carbon"
                                + " intensity; set grid.zone")
                .contains(
                        "warning: objectives: \"elsewhere\" cannot be judged: no server is called \"nowhere\" in servers")
                .doesNotContain("fine");
    }

    private static Bucket bucket(String start, long kilowattHours) {
        long millis = Instant.parse(start).toEpochMilli();
        DeviceUse use = new DeviceUse(
                LedgerDevice.withoutFootprint(Component.GPU, "0"),
                "nvml_energy",
                OptionalLong.of(kilowattHours * 3_600_000_000_000L),
                0,
                0.05,
                0);
        return new Bucket(
                millis,
                millis + 60_000,
                60_000,
                Bucket.Kind.MINUTE,
                1,
                Map.of("location", new BookedIntensity(400, "DE", "fixed", "average", "lifecycle", "made up")),
                List.of(use),
                List.of());
    }

    private int execute(String... args) {
        ConfigLoader loader = new ConfigLoader(Map.of());
        InstantSource clock = InstantSource.fixed(NOW);
        return new Cli(new PrintWriter(out, true), new PrintWriter(err, true))
                .add(ReportCommand.create(loader, clock))
                .add(WhatIfCommand.create(loader, clock))
                .add(ConfigCheckCommand.create(loader))
                .execute(args);
    }
}
