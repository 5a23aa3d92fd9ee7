package io.joulegram.dashboards;

import io.joulegram.agent.simulate.EngineGroup;
import io.joulegram.agent.simulate.Truth;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;

/**
 * A meter of a whole simulated host, which tells energy and power and fails now and then: what a simulated host has no
 * series of without it.
 */
final class PlatformMeter implements PowerSource {
    private static final double MAX_WATTS = 10_000;
    private static final long REST_WATTS = 300;
    private static final int READINGS_PER_FAILURE = 40;
    private static final int BUS_ERROR = 1;
    private static final long NEVER = Long.MIN_VALUE;

    private final EngineGroup engines;
    private final long startNanos = System.nanoTime();
    private int readings;
    private long lastNanos = NEVER;
    private long lastMicrojoules;

    private PlatformMeter(EngineGroup engines) {
        this.engines = engines;
    }

    static PowerSourceProvider provider(EngineGroup engines) {
        return new PowerSourceProvider() {
            @Override
            public String name() {
                return "platform";
            }

            @Override
            public List<PowerSource> open() {
                return List.of(new PlatformMeter(engines));
            }
        };
    }

    @Override
    public String name() {
        return "platform";
    }

    @Override
    public List<Channel> channels() {
        return List.of(
                Channel.energy(Domain.PLATFORM, "0", Sensor.SIMULATED, 1, 0, MAX_WATTS, 0.02),
                Channel.power(Domain.PLATFORM, "0", Sensor.HWMON, MAX_WATTS, 100_000_000L, 0.02));
    }

    @Override
    public void read(Readings into) {
        readings++;
        if (readings % READINGS_PER_FAILURE == 0) {
            into.allFailed(BUS_ERROR);
            return;
        }
        long now = System.nanoTime();
        Truth truth = engines.truth();
        long microjoules = (now - startNanos) / 1000 * REST_WATTS
                + truth.microjoules()
                + truth.cpuMicrojoules()
                + truth.dramMicrojoules();
        into.measured(0, now, microjoules);
        if (lastNanos != NEVER) {
            // Microjoules per nanosecond are kilowatts.
            into.measured(1, now, Math.round(1e6 * (microjoules - lastMicrojoules) / (now - lastNanos)));
        }
        lastNanos = now;
        lastMicrojoules = microjoules;
    }

    @Override
    public String errorName(int errorCode) {
        return "BUS_ERROR";
    }

    @Override
    public void close() {}
}
