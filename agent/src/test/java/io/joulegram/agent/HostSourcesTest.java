package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.rapl.SysfsTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostSourcesTest {
    @TempDir
    Path directory;

    @Test
    void estimatesTheMemoryOfAHostWhoseRaplMeasuresProcessorsAlone() throws Exception {
        SysfsTree amd = SysfsTree.amd(directory.resolve("host"));

        assertThat(firstOfProcessors(amd, "")).containsExactly("cpu rapl_powercap", "dram estimate");
        assertThat(firstOfProcessors(amd, "estimate.enabled: false")).containsExactly("cpu rapl_powercap");
    }

    @Test
    void estimatesNothingThatRaplMeasures() throws Exception {
        SysfsTree intel = SysfsTree.twoSockets(directory.resolve("host"));

        assertThat(firstOfProcessors(intel, ""))
                .containsExactly("core rapl_powercap", "cpu rapl_powercap", "dram rapl_powercap");
    }

    @Test
    void estimatesBothWhereNothingIsMeasured() throws Exception {
        SysfsTree none = new SysfsTree(directory.resolve("host"));

        assertThat(firstOfProcessors(none, "")).containsExactly("cpu estimate", "dram estimate");
        assertThat(firstOfProcessors(none, "estimate.enabled: false")).isEmpty();
    }

    /** What the first provider that works of the family of processors gives, as domain and sensor. */
    private List<String> firstOfProcessors(SysfsTree tree, String more) throws Exception {
        Path file = Files.writeString(
                directory.resolve("c.yaml"), """
                nvml.enabled: false
                hwmon.enabled: false
                rapl.access: powercap
                path: {sysfs: %s, procfs: %s}
                %s
                """.formatted(tree.sysfsRoot(), tree.procfsRoot(), more));
        AgentConfig config = new ConfigLoader(Map.of()).load(file, List.of());
        for (PowerSourceProvider provider : HostSources.of(config).get(0)) {
            try {
                return describe(provider.open());
            } catch (SourceUnavailableException e) {
                assertThat(e).hasMessageContaining("no RAPL");
            }
        }
        return List.of();
    }

    private static List<String> describe(List<PowerSource> sources) {
        TreeSet<String> all = new TreeSet<>();
        for (PowerSource source : sources) {
            source.channels().forEach(channel -> all.add(channel.domain() + " " + channel.sensor()));
            source.close();
        }
        return new ArrayList<>(all);
    }
}
