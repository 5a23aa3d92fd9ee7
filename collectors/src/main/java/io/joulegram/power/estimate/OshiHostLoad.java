package io.joulegram.power.estimate;

import io.joulegram.rapl.CpuModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.CentralProcessor.LogicalProcessor;
import oshi.hardware.CentralProcessor.TickType;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HardwareAbstractionLayer;

/** The host as OSHI sees it. */
final class OshiHostLoad implements HostLoad {
    private final CentralProcessor processor;
    private final GlobalMemory memory;
    private final int[] socketOfProcessor;
    private final List<Socket> sockets;
    private final boolean virtual;

    /** @param procfsRoot where procfs is mounted; tells whether this is a virtual machine */
    OshiHostLoad(Path procfsRoot) {
        virtual = CpuModel.read(procfsRoot).map(CpuModel::hypervisor).orElse(false);
        HardwareAbstractionLayer hardware = new SystemInfo().getHardware();
        processor = hardware.getProcessor();
        memory = hardware.getMemory();
        Map<Integer, Set<Integer>> coresBySocket = new TreeMap<>();
        Map<Integer, Integer> threadsBySocket = new HashMap<>();
        for (LogicalProcessor logical : processor.getLogicalProcessors()) {
            int socket = logical.getPhysicalPackageNumber();
            coresBySocket.computeIfAbsent(socket, any -> new HashSet<>()).add(logical.getPhysicalProcessorNumber());
            threadsBySocket.merge(socket, 1, Integer::sum);
        }
        List<Integer> numbers = List.copyOf(coresBySocket.keySet());
        socketOfProcessor = processor.getLogicalProcessors().stream()
                .mapToInt(logical -> numbers.indexOf(logical.getPhysicalPackageNumber()))
                .toArray();
        sockets = coresBySocket.entrySet().stream()
                .map(entry -> new Socket(
                        entry.getKey(), entry.getValue().size(), threadsBySocket.getOrDefault(entry.getKey(), 1)))
                .toList();
    }

    @Override
    public String cpuName() {
        return processor.getProcessorIdentifier().getName();
    }

    @Override
    public List<Socket> sockets() {
        return sockets;
    }

    @Override
    public long memoryBytes() {
        return Math.max(0, memory.getTotal());
    }

    @Override
    public long availableBytes() {
        return Math.max(0, memory.getAvailable());
    }

    @Override
    public boolean isVirtual() {
        return virtual;
    }

    @Override
    public List<Ticks> ticks() {
        long[][] processors = processor.getProcessorCpuLoadTicks();
        long[] busy = new long[sockets.size()];
        long[] total = new long[sockets.size()];
        for (int i = 0; i < Math.min(processors.length, socketOfProcessor.length); i++) {
            for (TickType type : TickType.values()) {
                long ticks = processors[i][type.getIndex()];
                total[socketOfProcessor[i]] += ticks;
                busy[socketOfProcessor[i]] += isBusy(type) ? ticks : 0;
            }
        }
        List<Ticks> bySocket = new ArrayList<>();
        for (int i = 0; i < busy.length; i++) {
            bySocket.add(new Ticks(busy[i], total[i]));
        }
        return bySocket;
    }

    /** Stolen time is when the hypervisor ran someone else. */
    private static boolean isBusy(TickType type) {
        return type != TickType.IDLE && type != TickType.IOWAIT && type != TickType.STEAL;
    }
}
