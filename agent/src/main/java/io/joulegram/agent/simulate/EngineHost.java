package io.joulegram.agent.simulate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The processors of the host of simulated engines, one for each group of accelerators, and their memory: first all processors, then
 * all memory.
 */
final class EngineHost implements PowerSource {
    private static final double CPU_MAX_WATTS = 350;
    private static final double DRAM_MAX_WATTS = 80;

    private final List<Accelerators> accelerators;
    private final List<Channel> channels;
    private final EnergyReading reading = new EnergyReading();
    private final long[] lastReadNanos;
    private boolean readBefore;

    EngineHost(List<Accelerators> accelerators) {
        this.accelerators = List.copyOf(accelerators);
        channels = Stream.concat(sockets(Domain.CPU, CPU_MAX_WATTS), sockets(Domain.DRAM, DRAM_MAX_WATTS))
                .toList();
        lastReadNanos = new long[accelerators.size()];
    }

    private Stream<Channel> sockets(Domain domain, double maxWatts) {
        return IntStream.range(0, accelerators.size())
                .mapToObj(socket ->
                        Channel.energy(domain, Integer.toString(socket), Sensor.SIMULATED, 1, 0, maxWatts, 0));
    }

    @Override
    public String name() {
        return "simulated:host";
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    /** Tells the energy as of the newest instants that are known, and nothing where that is the one of the last time. */
    @Override
    public void read(Readings readings) {
        for (int socket = 0; socket < lastReadNanos.length; socket++) {
            accelerators.get(socket).read(reading);
            long atNanos = reading.atNanos();
            if (!readBefore || atNanos - lastReadNanos[socket] > 0) {
                lastReadNanos[socket] = atNanos;
                readings.measured(
                        socket, atNanos, HostPower.cpuMicrojoules(reading.elapsedNanos(), reading.busyNanos()));
                readings.measured(
                        lastReadNanos.length + socket,
                        atNanos,
                        HostPower.dramMicrojoules(reading.elapsedNanos(), reading.busyNanos()));
            }
        }
        readBefore = true;
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
