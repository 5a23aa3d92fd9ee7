package io.joulegram.agent.demo;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** The processor packages of the simulated host and their memory: first all packages, then all memory. */
final class SimulatedProcessors implements PowerSource {
    private static final double CPU_MAX_WATTS = 350;
    private static final double DRAM_MAX_WATTS = 80;

    private final Workload workload;
    private final LongSupplier nanoTime;
    private final List<Channel> channels;

    SimulatedProcessors(Workload workload, LongSupplier nanoTime) {
        this.workload = workload;
        this.nanoTime = nanoTime;
        List<Channel> all = new ArrayList<>();
        addSockets(all, Domain.CPU, CPU_MAX_WATTS);
        addSockets(all, Domain.DRAM, DRAM_MAX_WATTS);
        channels = List.copyOf(all);
    }

    private static void addSockets(List<Channel> channels, Domain domain, double maxWatts) {
        for (int socket = 0; socket < Workload.SOCKETS; socket++) {
            channels.add(Channel.energy(domain, Integer.toString(socket), Sensor.SIMULATED, 1, 0, maxWatts, 0));
        }
    }

    @Override
    public String name() {
        return "simulated:host";
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public void read(Readings readings) {
        long now = nanoTime.getAsLong();
        for (int socket = 0; socket < Workload.SOCKETS; socket++) {
            readings.measured(socket, now, workload.cpuMicrojoules(socket, now));
            readings.measured(Workload.SOCKETS + socket, now, workload.dramMicrojoules(socket, now));
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
