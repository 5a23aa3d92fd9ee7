package io.joulegram.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentView;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class AgentReadingsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MODEL = "{'server':'NAME','model':'m','bookedUntilUnixMillis':5,"
            + "'tokens':{'prompt':10,'promptCached':4,'generation':3,'generationMade':5},'operationalGrams':1.5,'embodiedGrams':0.5,'energy':["
            + "{'component':'gpu','phase':'prefill','microjoules':1},{'component':'cpu','phase':'prefill','microjoules':2},"
            + "{'component':'gpu','phase':'decode','microjoules':4},{'component':'gpu','phase':'idle','microjoules':8}]}";

    @Test
    void componentsAreSummedAndCachedTokensLeftOut() throws Exception {
        assertThat(new AgentReadings(Optional.empty(), "h:1")
                        .of(view("", "{'server':'s','promptIncludesCached':true}")))
                .containsExactly(new ModelReading("m", 5, 3, 4, 8, 6, 5, OptionalDouble.of(2)));
        assertThat(new AgentReadings(Optional.empty(), "h:1").of(view("", "{'server':'s'}")))
                .containsExactly(new ModelReading("m", 5, 3, 4, 8, 10, 5, OptionalDouble.of(2)));
    }

    @Test
    void theServerIsThatOfTheNameOrTheAddressOrTheOnlyOne() throws Exception {
        AgentView two = view("", "{'server':'s'},{'server':'h:1'}");

        assertThat(new AgentReadings(Optional.of("s"), "h:1").of(two)).hasSize(1);
        assertThat(new AgentReadings(Optional.empty(), "h:1").of(two)).isEmpty();
        assertThatThrownBy(() -> new AgentReadings(Optional.empty(), "h:2").of(two))
                .hasMessage("the daemon does not know the server h:2; it knows s, h:1: choose by --server NAME");
        assertThatThrownBy(() -> new AgentReadings(Optional.of("t"), "h:1").of(view("", "{'server':'s'}")))
                .hasMessage("the daemon does not know the server t; it knows s");
        assertThatThrownBy(() -> new AgentReadings(Optional.empty(), "h:1").of(view("", "")))
                .hasMessage("the daemon does not know the server h:1; it knows none yet");
        assertThatThrownBy(() -> new AgentReadings(Optional.empty(), "h:1").of(view("nobody listens there", "")))
                .hasMessage("nobody listens there");
        assertThatThrownBy(() ->
                        new AgentReadings(Optional.empty(), "h:1").of(view("", "{'server':'s','tokens':'elsewhere'}")))
                .hasMessageStartingWith("the daemon does not count the tokens of the server");
    }

    private static AgentView view(String problem, String servers) throws IOException {
        return new AgentView(
                AgentAddress.parse("http://127.0.0.1:1"),
                json("{'servers':[" + servers + "]}"),
                json("{'models':[" + MODEL.replace("NAME", "s") + ",{'server':'s','model':'new'},"
                        + MODEL.replace("NAME", "another") + "]}"),
                problem,
                false);
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
