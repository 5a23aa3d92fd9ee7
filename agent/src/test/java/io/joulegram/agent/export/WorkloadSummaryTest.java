package io.joulegram.agent.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WorkloadSummaryTest {
    @Test
    void aThousandWorkloadsAreTheHundredThatUsedMostAndTheOthers() throws Exception {
        List<Snapshot.WorkloadEnergy> energy = new ArrayList<>();
        for (int i = 1; i <= 1_000; i++) {
            energy.add(new Snapshot.WorkloadEnergy("slurm_job", "" + i, Component.CPU, "cpu_time", i));
            energy.add(new Snapshot.WorkloadEnergy("slurm_job", "" + i, Component.GPU, "exclusive", i));
        }
        energy.add(new Snapshot.WorkloadEnergy("none", "idle", Component.CPU, "cpu_time", 1));
        JsonObject json = new JsonObject();

        new WorkloadSummary(false)
                .write(
                        json,
                        new Snapshot.WorkloadsState(energy, List.of(), List.of(), Map.of(Component.CPU, 7L), Map.of()));

        JsonNode told = new ObjectMapper().readTree(new String(json.toBytes(), UTF_8));
        assertThat(told.path("energy")).hasSize(101);
        assertThat(told.at("/energy/0/workload").asText()).isEqualTo("1000");
        assertThat(told.at("/energy/99/workload").asText()).isEqualTo("901");
        assertThat(told.at("/energy/100/workload").asText()).isEqualTo("idle");
        assertThat(told.at("/others/workloads").asInt()).isEqualTo(900);
        assertThat(told.at("/others/microjoules/gpu").asLong()).isEqualTo(900 * 901 / 2);
        long sum = told.at("/pendingMicrojoules/cpu").asLong()
                + told.at("/others/microjoules/cpu").asLong();
        for (JsonNode entry : told.path("energy")) {
            sum += entry.at("/microjoules/cpu").asLong();
        }
        assertThat(sum).isEqualTo(1_000 * 1_001 / 2 + 1 + 7);
        assertThat(told.at("/energy/0/embodiedGrams").isMissingNode()).isTrue();
    }
}
