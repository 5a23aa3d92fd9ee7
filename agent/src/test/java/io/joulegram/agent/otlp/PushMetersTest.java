package io.joulegram.agent.otlp;

import io.joulegram.agent.OwnMeterRows;
import io.joulegram.agent.export.Exposition;
import io.joulegram.agent.export.Snapshots;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PushMetersTest {
    @Test
    void theManualTellsOfEveryOne() throws Exception {
        try (Exposition exposition = new Exposition(Optional::empty, Snapshots.BUILD)) {
            // Without it one of them is unknown and so has no series.
            new PushMeters(exposition.meters()).countAccepted(1);

            OwnMeterRows.assertAre(exposition, "joulegram_otlp_");
        }
    }
}
