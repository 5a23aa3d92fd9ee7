package io.joulegram.nvml;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The loaded library: each C function as a method, under its name without {@code nvmlDeviceGet}. A function that the
 * library lacks returns {@link NvmlReturn#FUNCTION_NOT_FOUND}, and after {@link #unload()} every one {@link
 * NvmlReturn#UNINITIALIZED}.
 *
 * <p>JNA binds native methods per class, and so per process: only one library can be loaded at a time.
 */
final class NvmlLibrary {
    /**
     * The versioned name comes first: containers are given only that, and JNA finds it there by the dynamic linker's own
     * search, which a bare name is not given to.
     */
    private static final List<String> NAMES = List.of("libnvidia-ml.so.1", "nvidia-ml");

    private static final AtomicBoolean LOADED = new AtomicBoolean();

    private final NativeLibrary library;
    private final Set<String> missing = new HashSet<>();
    private volatile Set<Class<?>> bound = Set.of();
    private volatile boolean unloaded;

    private NvmlLibrary(NativeLibrary library) {
        this.library = library;
    }

    /**
     * Loads NVML by the names that drivers install it under.
     *
     * @throws NvmlException with {@link NvmlReturn#LIBRARY_NOT_FOUND}
     * @throws IllegalStateException if a library is loaded already
     */
    static NvmlLibrary load() throws NvmlException {
        return loadFirst(NAMES);
    }

    /** The same, from one file and nowhere else. */
    static NvmlLibrary load(Path file) throws NvmlException {
        return loadFirst(List.of(file.toAbsolutePath().toString()));
    }

    /** The C functions that the library lacks; known once {@link #init} has worked. */
    Set<String> missingFunctions() {
        return Set.copyOf(missing);
    }

    /**
     * Lets go of the library, so that another can be loaded. No other thread may be inside one of its functions: the
     * code it runs would be unmapped.
     */
    void unload() {
        unloaded = true;
        Set<Class<?>> prototypes = bound;
        bound = Set.of();
        prototypes.forEach(Native::unregister);
        library.close();
        LOADED.set(false);
    }

    /**
     * Initializes NVML and, if that works, binds all other functions. JNA never frees some 140 bytes of what it binds
     * (libffi closures), so nothing is bound for a library that does not work, which is tried again and again.
     */
    int init() {
        int code = call("nvmlInit_v2");
        if (code == NvmlReturn.FUNCTION_NOT_FOUND) {
            code = call("nvmlInit");
        } else {
            missing.add("nvmlInit");
        }
        if (code == NvmlReturn.SUCCESS) {
            bindAll();
        }
        return code;
    }

    private void bindAll() {
        Set<Class<?>> found = new HashSet<>();
        for (Class<?> prototype : Prototypes.class.getDeclaredClasses()) {
            if (bind(prototype, library)) {
                found.add(prototype);
            } else {
                missing.add(prototype.getDeclaredMethods()[0].getName());
            }
        }
        bound = Set.copyOf(found);
    }

    int shutdown() {
        return call("nvmlShutdown");
    }

    private int call(String function) {
        if (unloaded) {
            return NvmlReturn.UNINITIALIZED;
        }
        try {
            return library.getFunction(function).invokeInt(new Object[0]);
        } catch (UnsatisfiedLinkError e) {
            return NvmlReturn.FUNCTION_NOT_FOUND;
        }
    }

    int systemDriverVersion(long text, int length) {
        return has(Prototypes.SystemDriverVersion.class)
                ? Prototypes.SystemDriverVersion.nvmlSystemGetDriverVersion(text, length)
                : absent();
    }

    int systemNvmlVersion(long text, int length) {
        return has(Prototypes.SystemNvmlVersion.class)
                ? Prototypes.SystemNvmlVersion.nvmlSystemGetNVMLVersion(text, length)
                : absent();
    }

    int count(long count) {
        if (has(Prototypes.CountV2.class)) {
            return Prototypes.CountV2.nvmlDeviceGetCount_v2(count);
        }
        return has(Prototypes.Count.class) ? Prototypes.Count.nvmlDeviceGetCount(count) : absent();
    }

    int handleByIndex(int index, long device) {
        if (has(Prototypes.HandleByIndexV2.class)) {
            return Prototypes.HandleByIndexV2.nvmlDeviceGetHandleByIndex_v2(index, device);
        }
        return has(Prototypes.HandleByIndex.class)
                ? Prototypes.HandleByIndex.nvmlDeviceGetHandleByIndex(index, device)
                : absent();
    }

    int name(long device, long text, int length) {
        return has(Prototypes.Name.class) ? Prototypes.Name.nvmlDeviceGetName(device, text, length) : absent();
    }

    int uuid(long device, long text, int length) {
        return has(Prototypes.Uuid.class) ? Prototypes.Uuid.nvmlDeviceGetUUID(device, text, length) : absent();
    }

    int serial(long device, long text, int length) {
        return has(Prototypes.Serial.class) ? Prototypes.Serial.nvmlDeviceGetSerial(device, text, length) : absent();
    }

    int pciInfo(long device, long pci) {
        return has(Prototypes.PciInfoV3.class) ? Prototypes.PciInfoV3.nvmlDeviceGetPciInfo_v3(device, pci) : absent();
    }

    int minorNumber(long device, long minor) {
        return has(Prototypes.MinorNumber.class)
                ? Prototypes.MinorNumber.nvmlDeviceGetMinorNumber(device, minor)
                : absent();
    }

    int architecture(long device, long architecture) {
        return has(Prototypes.Architecture.class)
                ? Prototypes.Architecture.nvmlDeviceGetArchitecture(device, architecture)
                : absent();
    }

    int computeCapability(long device, long major, long minor) {
        return has(Prototypes.ComputeCapability.class)
                ? Prototypes.ComputeCapability.nvmlDeviceGetCudaComputeCapability(device, major, minor)
                : absent();
    }

    int persistenceMode(long device, long mode) {
        return has(Prototypes.PersistenceMode.class)
                ? Prototypes.PersistenceMode.nvmlDeviceGetPersistenceMode(device, mode)
                : absent();
    }

    int migMode(long device, long current, long pending) {
        return has(Prototypes.MigMode.class)
                ? Prototypes.MigMode.nvmlDeviceGetMigMode(device, current, pending)
                : absent();
    }

    int totalEnergyConsumption(long device, long millijoules) {
        return has(Prototypes.TotalEnergy.class)
                ? Prototypes.TotalEnergy.nvmlDeviceGetTotalEnergyConsumption(device, millijoules)
                : absent();
    }

    int fieldValues(long device, int count, long values) {
        return has(Prototypes.FieldValues.class)
                ? Prototypes.FieldValues.nvmlDeviceGetFieldValues(device, count, values)
                : absent();
    }

    int powerUsage(long device, long milliwatts) {
        return has(Prototypes.PowerUsage.class)
                ? Prototypes.PowerUsage.nvmlDeviceGetPowerUsage(device, milliwatts)
                : absent();
    }

    int powerLimit(long device, long milliwatts) {
        return has(Prototypes.PowerLimit.class)
                ? Prototypes.PowerLimit.nvmlDeviceGetPowerManagementLimit(device, milliwatts)
                : absent();
    }

    int powerLimitConstraints(long device, long min, long max) {
        return has(Prototypes.PowerLimitConstraints.class)
                ? Prototypes.PowerLimitConstraints.nvmlDeviceGetPowerManagementLimitConstraints(device, min, max)
                : absent();
    }

    int defaultPowerLimit(long device, long milliwatts) {
        return has(Prototypes.DefaultPowerLimit.class)
                ? Prototypes.DefaultPowerLimit.nvmlDeviceGetPowerManagementDefaultLimit(device, milliwatts)
                : absent();
    }

    int enforcedPowerLimit(long device, long milliwatts) {
        return has(Prototypes.EnforcedPowerLimit.class)
                ? Prototypes.EnforcedPowerLimit.nvmlDeviceGetEnforcedPowerLimit(device, milliwatts)
                : absent();
    }

    int samples(long device, int type, long lastSeen, long valueType, long count, long samples) {
        return has(Prototypes.Samples.class)
                ? Prototypes.Samples.nvmlDeviceGetSamples(device, type, lastSeen, valueType, count, samples)
                : absent();
    }

    int utilizationRates(long device, long utilization) {
        return has(Prototypes.UtilizationRates.class)
                ? Prototypes.UtilizationRates.nvmlDeviceGetUtilizationRates(device, utilization)
                : absent();
    }

    int memoryInfoV2(long device, long memory) {
        return has(Prototypes.MemoryInfoV2.class)
                ? Prototypes.MemoryInfoV2.nvmlDeviceGetMemoryInfo_v2(device, memory)
                : absent();
    }

    int memoryInfo(long device, long memory) {
        return has(Prototypes.MemoryInfo.class)
                ? Prototypes.MemoryInfo.nvmlDeviceGetMemoryInfo(device, memory)
                : absent();
    }

    int temperature(long device, int sensor, long celsius) {
        return has(Prototypes.Temperature.class)
                ? Prototypes.Temperature.nvmlDeviceGetTemperature(device, sensor, celsius)
                : absent();
    }

    int temperatureV(long device, long temperature) {
        return has(Prototypes.TemperatureV.class)
                ? Prototypes.TemperatureV.nvmlDeviceGetTemperatureV(device, temperature)
                : absent();
    }

    int clockInfo(long device, int type, long megahertz) {
        return has(Prototypes.ClockInfo.class)
                ? Prototypes.ClockInfo.nvmlDeviceGetClockInfo(device, type, megahertz)
                : absent();
    }

    /** Under its name since 535, else under its older one. */
    int currentClocksEventReasons(long device, long reasons) {
        if (has(Prototypes.ClocksEventReasons.class)) {
            return Prototypes.ClocksEventReasons.nvmlDeviceGetCurrentClocksEventReasons(device, reasons);
        }
        return has(Prototypes.ClocksThrottleReasons.class)
                ? Prototypes.ClocksThrottleReasons.nvmlDeviceGetCurrentClocksThrottleReasons(device, reasons)
                : absent();
    }

    /** The newest version that the library has. The size of the entries is for the caller to find out. */
    int computeRunningProcesses(long device, long count, long processes) {
        if (has(Prototypes.ComputeProcessesV3.class)) {
            return Prototypes.ComputeProcessesV3.nvmlDeviceGetComputeRunningProcesses_v3(device, count, processes);
        }
        if (has(Prototypes.ComputeProcessesV2.class)) {
            return Prototypes.ComputeProcessesV2.nvmlDeviceGetComputeRunningProcesses_v2(device, count, processes);
        }
        return has(Prototypes.ComputeProcesses.class)
                ? Prototypes.ComputeProcesses.nvmlDeviceGetComputeRunningProcesses(device, count, processes)
                : absent();
    }

    int processUtilization(long device, long samples, long count, long lastSeen) {
        return has(Prototypes.ProcessUtilization.class)
                ? Prototypes.ProcessUtilization.nvmlDeviceGetProcessUtilization(device, samples, count, lastSeen)
                : absent();
    }

    int maxMigDeviceCount(long device, long count) {
        return has(Prototypes.MaxMigDeviceCount.class)
                ? Prototypes.MaxMigDeviceCount.nvmlDeviceGetMaxMigDeviceCount(device, count)
                : absent();
    }

    int migDeviceHandleByIndex(long device, int index, long migDevice) {
        return has(Prototypes.MigDeviceHandleByIndex.class)
                ? Prototypes.MigDeviceHandleByIndex.nvmlDeviceGetMigDeviceHandleByIndex(device, index, migDevice)
                : absent();
    }

    int gpuInstanceId(long migDevice, long id) {
        return has(Prototypes.GpuInstanceId.class)
                ? Prototypes.GpuInstanceId.nvmlDeviceGetGpuInstanceId(migDevice, id)
                : absent();
    }

    int computeInstanceId(long migDevice, long id) {
        return has(Prototypes.ComputeInstanceId.class)
                ? Prototypes.ComputeInstanceId.nvmlDeviceGetComputeInstanceId(migDevice, id)
                : absent();
    }

    int attributes(long migDevice, long attributes) {
        return has(Prototypes.AttributesV2.class)
                ? Prototypes.AttributesV2.nvmlDeviceGetAttributes_v2(migDevice, attributes)
                : absent();
    }

    int gpmQueryDeviceSupport(long device, long support) {
        return has(Prototypes.GpmQueryDeviceSupport.class)
                ? Prototypes.GpmQueryDeviceSupport.nvmlGpmQueryDeviceSupport(device, support)
                : absent();
    }

    int gpmSampleAlloc(long sample) {
        return has(Prototypes.GpmSampleAlloc.class) ? Prototypes.GpmSampleAlloc.nvmlGpmSampleAlloc(sample) : absent();
    }

    int gpmSampleFree(long sample) {
        return has(Prototypes.GpmSampleFree.class) ? Prototypes.GpmSampleFree.nvmlGpmSampleFree(sample) : absent();
    }

    int gpmSampleGet(long device, long sample) {
        return has(Prototypes.GpmSampleGet.class) ? Prototypes.GpmSampleGet.nvmlGpmSampleGet(device, sample) : absent();
    }

    int gpmMigSampleGet(long device, int gpuInstance, long sample) {
        return has(Prototypes.GpmMigSampleGet.class)
                ? Prototypes.GpmMigSampleGet.nvmlGpmMigSampleGet(device, gpuInstance, sample)
                : absent();
    }

    int gpmMetricsGet(long metrics) {
        return has(Prototypes.GpmMetricsGet.class) ? Prototypes.GpmMetricsGet.nvmlGpmMetricsGet(metrics) : absent();
    }

    private boolean has(Class<?> prototype) {
        return bound.contains(prototype);
    }

    private int absent() {
        return unloaded ? NvmlReturn.UNINITIALIZED : NvmlReturn.FUNCTION_NOT_FOUND;
    }

    private static NvmlLibrary loadFirst(List<String> names) throws NvmlException {
        if (!LOADED.compareAndSet(false, true)) {
            throw new IllegalStateException("NVML is open already: close it before opening it again");
        }
        NvmlLibrary loaded = null;
        try {
            loaded = new NvmlLibrary(find(names));
            return loaded;
        } finally {
            if (loaded == null) {
                LOADED.set(false);
            }
        }
    }

    private static NativeLibrary find(List<String> names) throws NvmlException {
        StringBuilder reasons = new StringBuilder();
        for (String name : names) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError e) {
                String reason = Stream.ofNullable(e.getMessage())
                        .flatMap(String::lines)
                        .map(String::strip)
                        .distinct()
                        .collect(Collectors.joining("; "));
                reasons.append(reasons.isEmpty() ? "" : "; ").append(reason);
            }
        }
        throw new NvmlException("dlopen", NvmlReturn.LIBRARY_NOT_FOUND, reasons.toString());
    }

    private static boolean bind(Class<?> prototype, NativeLibrary library) {
        try {
            Native.register(prototype, library);
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }
}
