package io.joulegram.agent.simulate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;

/** The processor of the host of a simulated engine, and its memory. */
final class EngineHost implements PowerSource {
    private static final String SOCKET = "0";
    private static final double CPU_MAX_WATTS = 350;
    private static final double DRAM_MAX_WATTS = 80;

    private static final List<Channel> CHANNELS = List.of(
            Channel.energy(Domain.CPU, SOCKET, Sensor.SIMULATED, 1, 0, CPU_MAX_WATTS, 0),
            Channel.energy(Domain.DRAM, SOCKET, Sensor.SIMULATED, 1, 0, DRAM_MAX_WATTS, 0));

    private final SimulatedEngine engine;
    private final EnergyReading reading = new EnergyReading();
    private long lastReadNanos;
    private boolean readBefore;

    EngineHost(SimulatedEngine engine) {
        this.engine = engine;
    }

    @Override
    public String name() {
        return "simulated:host";
    }

    @Override
    public List<Channel> channels() {
        return CHANNELS;
    }

    /** Tells the energy as of the newest instant that is known, and nothing if that is the one of the last time. */
    @Override
    public void read(Readings readings) {
        engine.read(reading);
        if (!readBefore || reading.atNanos() - lastReadNanos > 0) {
            readBefore = true;
            lastReadNanos = reading.atNanos();
            readings.measured(0, lastReadNanos, HostPower.cpuMicrojoules(reading.elapsedNanos(), reading.busyNanos()));
            readings.measured(1, lastReadNanos, HostPower.dramMicrojoules(reading.elapsedNanos(), reading.busyNanos()));
        }
    }

    /** Reads do not fail here, so no code is ever asked for. */
    @Override
    public String errorName(int errorCode) {
        return "UNKNOWN";
    }

    /** Holds nothing. */
    @Override
    public void close() {}
}
