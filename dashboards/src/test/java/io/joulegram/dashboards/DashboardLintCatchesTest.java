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
        return Stream.of(
                fault("joulegram_source_up{", "joulegram_source_upp{", queries),
                fault("by (component)", "by (components)", queries),
                fault("phase!=\\\"idle\\\"", "phases!=\\\"idle\\\"", queries),
                fault("{{component}}", "{{domain}}", queries),
                fault("joulegram_source_up{cluster=~\\\"$cluster\\\", ", "joulegram_source_up{", queries),
                fault("sum(increase(", "avg(increase(", quotients),
                fault(" > 0)\"", ")\"", quotients),
                fault("[$__rate_interval]", "[5m]", DashboardLintTest::ratesFollowTheResolutionOfTheGraph),
                fault("[$__range]", "[$__rate_interval]", DashboardLintTest::ratesFollowTheResolutionOfTheGraph),
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
