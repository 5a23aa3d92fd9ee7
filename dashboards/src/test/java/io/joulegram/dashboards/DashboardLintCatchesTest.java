package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.dashboards.DashboardLintTest.Dashboard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each fault, made in a dashboard that is right, is found by the test that is there for it. */
class DashboardLintCatchesTest {
    private static final Path FILE = Path.of("grafana", "joulegram-overview.json");

    private static Arguments fault(String right, String wrong, BiConsumer<DashboardLintTest, Dashboard> test) {
        return Arguments.of(right, wrong, test);
    }

    static Stream<Arguments> faults() {
        BiConsumer<DashboardLintTest, Dashboard> queries =
                DashboardLintTest::everyQueryUsesPublishedMetricsAndLabelsOfTheChosenInstances;
        BiConsumer<DashboardLintTest, Dashboard> quotients =
                DashboardLintTest::quotientsAreRatiosOfSumsAndAbsentWithoutWhatTheyAreDividedBy;
        BiConsumer<DashboardLintTest, Dashboard> ranges = DashboardLintTest::ratesFollowTheResolutionOfTheGraph;
        BiConsumer<DashboardLintTest, Dashboard> recorded = DashboardLintTest::recordedRatesAreSummedMinuteByMinute;
        return Stream.of(
                fault("phase:joulegram_model_energy_joules:rate5m", "phase:joulegram_model_energy:rate5m", queries),
                fault("rate5m{cluster=~\\\"$cluster\\\", ", "rate5m{", queries),
                fault("[$__interval]", "[$__rate_interval]", ranges),
                fault("sum_over_time(cluster", "max_over_time(cluster", ranges),
                fault("sum_over_time(cluster", "avg_over_time(cluster", recorded),
                fault("sum(avg_over_time(", "sum(sum_over_time(", recorded),
                fault("\"interval\" : \"1m\"", "\"interval\" : \"15s\"", recorded),
                fault("\"noValue\" : ", "\"none\" : ", recorded),
                fault(" Needs the recording rules.", "", recorded),
                fault("joulegram_source_up{", "joulegram_source_upp{", queries),
                fault("by (component)", "by (components)", queries),
                fault("phase!=\\\"idle\\\"", "phases!=\\\"idle\\\"", queries),
                fault("{{component}}", "{{domain}}", queries),
                fault("joulegram_source_up{cluster=~\\\"$cluster\\\", ", "joulegram_source_up{", queries),
                fault("sum(increase(", "avg(increase(", quotients),
                fault(" > 0)\"", ")\"", quotients),
                fault("[$__rate_interval]", "[5m]", ranges),
                fault("[$__range]", "[$__rate_interval]", ranges),
                fault("\"x\" : 12", "\"x\" : 11", DashboardLintTest::panelsHaveIdsAndPlacesOfTheirOwn),
                fault("\"id\" : 2,", "\"id\" : 3,", DashboardLintTest::panelsHaveIdsAndPlacesOfTheirOwn),
                fault(
                        "\"unit\" : \"watt\"",
                        "\"unit\" : \"watts\"",
                        DashboardLintTest::everyPanelTellsWhatItShowsAndInWhichUnit),
                fault(
                        "\"description\" : \"",
                        "\"remark\" : \"",
                        DashboardLintTest::everyPanelTellsWhatItShowsAndInWhichUnit),
                fault("suffix: gCO₂e/kWh", "suffix: gCO₂e/h", DashboardLintTest::aMetricThatIsShownAsItIsHasItsOwnUnit),
                fault("\"${datasource}\"", "\"prometheus\"", DashboardLintTest::everythingComesFromTheChosenDataSource),
                fault(
                        "model=~\\\"$model\\\"",
                        "model=~\\\"$models\\\"",
                        DashboardLintTest::variablesAskForPublishedMetricsAndLabelsAndAreUsed));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultIsFound(String right, String wrong, BiConsumer<DashboardLintTest, Dashboard> test) throws IOException {
        String text = Files.readString(FILE);
        assertThat(text).contains(right);
        DashboardLintTest lint = new DashboardLintTest();
        test.accept(lint, dashboard(text));

        Dashboard faulty = dashboard(text.replace(right, wrong));

        assertThatThrownBy(() -> test.accept(lint, faulty)).isInstanceOf(AssertionError.class);
    }

    private static Dashboard dashboard(String text) throws IOException {
        JsonNode json = new ObjectMapper().readTree(text);
        return new Dashboard(FILE, json);
    }
}
