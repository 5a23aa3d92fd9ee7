package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.dashboards.Expression.Selector;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ExpressionTest {
    @Test
    void everyNameOfAnExpressionIsFound() {
        Expression expression =
                Expression.of("sum by (job, model) (rate(joulegram_a_total{phase!=\"idle\", x=~\"a}|\"}[5m]))"
                        + " / on (job) group_left (zone) (job_model:joulegram_b:rate5m{kind=\"k\"} > 0) + joulegram_c");

        assertThat(expression.selectors())
                .containsExactly(
                        new Selector("joulegram_a_total", Set.of("phase", "x")),
                        new Selector("job_model:joulegram_b:rate5m", Set.of("kind")),
                        new Selector("joulegram_c", Set.of()));
        assertThat(expression.groupingLabels()).containsExactly("job", "model", "zone");
        assertThat(expression.selectors()).extracting(Selector::recorded).containsExactly(false, true, false);
    }

    @Test
    void theContractKnowsThePartsOfHistogramsAndSummaries() {
        Contract contract = Contract.read();

        assertThat(contract.labels("joulegram_power_sample_watts_bucket"))
                .contains(Set.of("domain", "device", "le", "cluster", "job", "instance"));
        assertThat(contract.labels("joulegram_source_read_seconds_sum"))
                .contains(Set.of("source", "cluster", "job", "instance"));
        assertThat(contract.labels("joulegram_source_read_seconds_bucket")).isEmpty();
        assertThat(contract.labels("joulegram_source_read_seconds")).isEmpty();
        assertThat(contract.labels("joulegram_source_up_sum")).isEmpty();
        assertThat(contract.labels("joulegram_nothing")).isEmpty();
        assertThat(contract.labels("process_start_time_seconds")).contains(Set.of("cluster", "job", "instance"));
        assertThat(contract.unit("joulegram_power_watts")).isEqualTo("watts");
        assertThat(contract.size()).isGreaterThan(70);
    }
}
