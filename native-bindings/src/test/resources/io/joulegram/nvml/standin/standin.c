/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1 whose GPUs draw a power that is known exactly.
 *
 * The library is steered by the file "control" in its own directory, which it maps and which a test writes while the
 * library runs, also from another process. The file is an array of 64-bit slots; control.h, made by the test fixture,
 * names them. Compiled with -DSTANDIN_DRIVER=470, 535 or 580 it exports what a driver of that branch exports.
 */
#define _GNU_SOURCE
#include "control.h"
#include "nvml.h"
#include "parts.h"
#include "waveform.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PICOJOULES_PER_MILLIJOULE 1000000000LL
#define UNSUPPORTED (-1) /* the value of a slot that the GPU does not have */

static int64_t *control;
static size_t control_size;
static int initialized;

static int64_t get(const int64_t *slots, int slot) { return __atomic_load_n(&slots[slot], __ATOMIC_ACQUIRE); }

static int64_t *gpu_slots(int64_t index) { return &control[CONTROL_SLOTS + index * GPU_SLOTS]; }

/* The clock that a test has set, and otherwise that of this host. */
static int64_t nanos(clockid_t clock) {
    struct timespec now;
    int64_t set = control == NULL ? 0 : get(control, clock == CLOCK_REALTIME ? VIRTUAL_WALL_NANOS : VIRTUAL_NANOS);
    if (set != 0) {
        return set;
    }
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* How far the wall clock is ahead. Asked once per call, so that times told by one call are consistent. */
static int64_t wall_ahead(void) { return nanos(CLOCK_REALTIME) - nanos(CLOCK_MONOTONIC); }

static nvmlReturn_t copy_text(const int64_t *text, char *out, unsigned int length) {
    size_t needed = strlen((const char *)text) + 1;
    if (needed > length) {
        return NVML_ERROR_INSUFFICIENT_SIZE;
    }
    memcpy(out, text, needed);
    return NVML_SUCCESS;
}

/* ---- life cycle ---- */

static int map_control(void) {
    Dl_info self;
    char path[4096];
    struct stat status;
    if (control != NULL) {
        return 1;
    }
    if (!dladdr((void *)map_control, &self)) {
        return 0;
    }
    const char *slash = strrchr(self.dli_fname, '/');
    int directory = slash == NULL ? 0 : (int)(slash - self.dli_fname + 1);
    snprintf(path, sizeof path, "%.*scontrol", directory, self.dli_fname);
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) {
        return 0;
    }
    control_size = (size_t)status.st_size;
    void *mapped = mmap(NULL, control_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    control = mapped == MAP_FAILED ? NULL : mapped;
    return control != NULL;
}

__attribute__((destructor)) static void unmap_control(void) {
    if (control != NULL) {
        munmap(control, control_size);
    }
}

EXPORT nvmlReturn_t nvmlInit_v2(void) {
    if (!map_control()) {
        return NVML_ERROR_UNKNOWN;
    }
    nvmlReturn_t fault = (nvmlReturn_t)get(control, INIT_RETURN);
    if (fault == NVML_SUCCESS) {
        __atomic_add_fetch(&initialized, 1, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&control[INITIALIZATIONS], 1, __ATOMIC_SEQ_CST);
    }
    return fault;
}

EXPORT nvmlReturn_t nvmlShutdown(void) {
    if (initialized == 0) {
        return NVML_ERROR_UNINITIALIZED;
    }
    __atomic_sub_fetch(&initialized, 1, __ATOMIC_SEQ_CST);
    __atomic_sub_fetch(&control[INITIALIZATIONS], 1, __ATOMIC_SEQ_CST);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int length) {
    return initialized ? copy_text(&control[DRIVER_VERSION], version, length) : NVML_ERROR_UNINITIALIZED;
}

EXPORT nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int length) {
    return initialized ? copy_text(&control[NVML_VERSION], version, length) : NVML_ERROR_UNINITIALIZED;
}

/* ---- devices ---- */

/* What every call on a device meets first: the faults that a test has switched on. */
static nvmlReturn_t enter(int64_t *gpu) {
    if (!initialized) {
        return NVML_ERROR_UNINITIALIZED;
    }
    if (gpu < gpu_slots(0) || gpu >= gpu_slots(get(control, GPU_COUNT))) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    if ((gpu - gpu_slots(0)) % GPU_SLOTS != 0) {
        return NVML_ERROR_NOT_SUPPORTED; /* the handle of a MIG instance */
    }
    if (get(gpu, BLOCKED)) {
        const struct timespec millisecond = {0, 1000000};
        __atomic_add_fetch(&gpu[BLOCKED_CALLS], 1, __ATOMIC_SEQ_CST);
        while (get(gpu, BLOCKED)) {
            nanosleep(&millisecond, NULL);
        }
        __atomic_sub_fetch(&gpu[BLOCKED_CALLS], 1, __ATOMIC_SEQ_CST);
    }
    return (nvmlReturn_t)get(gpu, RETURN_ALL);
}

nvmlReturn_t enter_gpu(int64_t *gpu) { return enter(gpu); }

int64_t *gpu_of_mig(int64_t *mig) {
    if (mig < gpu_slots(0) || mig >= gpu_slots(get(control, GPU_COUNT))) {
        return NULL;
    }
    int64_t *gpu = gpu_slots((mig - gpu_slots(0)) / GPU_SLOTS);
    int64_t offset = mig - mig_instance(gpu, 0);
    return offset >= 0 && offset % MIG_SLOTS == 0 && offset / MIG_SLOTS < MAX_MIG_INSTANCES ? gpu : NULL;
}

nvmlReturn_t enter_mig(int64_t *mig) {
    int64_t *gpu = initialized ? gpu_of_mig(mig) : NULL;
    if (gpu == NULL) {
        return initialized ? NVML_ERROR_INVALID_ARGUMENT : NVML_ERROR_UNINITIALIZED;
    }
    nvmlReturn_t fault = enter(gpu);
    if (fault == NVML_SUCCESS && (get(gpu, MIG_MODE) != 1 || get(mig, MIG_SLICES) == 0)) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    return fault;
}

void count_gpm_samples(int64_t change) { __atomic_add_fetch(&control[GPM_SAMPLES], change, __ATOMIC_SEQ_CST); }

int64_t monotonic_nanos(void) { return nanos(CLOCK_MONOTONIC); }

#define ENTER(gpu)                                                                                                     \
    do {                                                                                                               \
        nvmlReturn_t fault_ = enter(gpu);                                                                              \
        if (fault_ != NVML_SUCCESS) {                                                                                  \
            return fault_;                                                                                             \
        }                                                                                                              \
    } while (0)

#define UNSIGNED_GETTER(function, slot)                                                                                \
    EXPORT nvmlReturn_t function(nvmlDevice_t gpu, unsigned int *value) {                                              \
        ENTER(gpu);                                                                                                    \
        return unsigned_slot(gpu, slot, value);                                                                        \
    }

#define TEXT_GETTER(function, slot)                                                                                    \
    EXPORT nvmlReturn_t function(nvmlDevice_t gpu, char *text, unsigned int length) {                                  \
        ENTER(gpu);                                                                                                    \
        return copy_text(&gpu[slot], text, length);                                                                    \
    }

static nvmlReturn_t unsigned_slot(const int64_t *gpu, int slot, unsigned int *value) {
    int64_t held = get(gpu, slot);
    if (held == UNSUPPORTED) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    *value = (unsigned int)held;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count) {
    if (!initialized) {
        return NVML_ERROR_UNINITIALIZED;
    }
    *count = (unsigned int)get(control, GPU_COUNT);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *device) {
    if (!initialized) {
        return NVML_ERROR_UNINITIALIZED;
    }
    if (index >= get(control, GPU_COUNT)) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    int64_t *gpu = gpu_slots(index);
    ENTER(gpu);
    *device = gpu;
    return (nvmlReturn_t)get(gpu, RETURN_OPEN);
}

TEXT_GETTER(nvmlDeviceGetName, NAME)

EXPORT nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char *text, unsigned int length) {
    if (initialized && gpu_of_mig(device) != NULL) {
        nvmlReturn_t fault = enter_mig(device);
        return fault == NVML_SUCCESS ? copy_text(&device[MIG_UUID], text, length) : fault;
    }
    ENTER(device);
    return copy_text(&device[UUID], text, length);
}

TEXT_GETTER(nvmlDeviceGetSerial, SERIAL)
UNSIGNED_GETTER(nvmlDeviceGetMinorNumber, MINOR_NUMBER)
UNSIGNED_GETTER(nvmlDeviceGetArchitecture, ARCHITECTURE)
UNSIGNED_GETTER(nvmlDeviceGetPersistenceMode, PERSISTENCE_MODE)
UNSIGNED_GETTER(nvmlDeviceGetPowerManagementLimit, LIMIT_MILLIWATTS)
UNSIGNED_GETTER(nvmlDeviceGetPowerManagementDefaultLimit, DEFAULT_LIMIT_MILLIWATTS)
UNSIGNED_GETTER(nvmlDeviceGetEnforcedPowerLimit, ENFORCED_LIMIT_MILLIWATTS)

EXPORT nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t gpu, nvmlPciInfo_t *pci) {
    ENTER(gpu);
    memset(pci, 0, sizeof *pci);
    return copy_text(&gpu[PCI_BUS_ID], pci->busId, sizeof pci->busId);
}

EXPORT nvmlReturn_t nvmlDeviceGetCudaComputeCapability(nvmlDevice_t gpu, int *major, int *minor) {
    ENTER(gpu);
    *major = (int)get(gpu, COMPUTE_CAPABILITY_MAJOR);
    *minor = (int)get(gpu, COMPUTE_CAPABILITY_MINOR);
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t gpu, unsigned int *current, unsigned int *pending) {
    ENTER(gpu);
    *pending = (unsigned int)get(gpu, MIG_MODE_PENDING);
    return unsigned_slot(gpu, MIG_MODE, current);
}

/* ---- power and energy ---- */

/* Asking the GPU's own processor takes the driver milliseconds, in which it spins. */
static void spend(int64_t cost) {
    if (get(control, VIRTUAL_NANOS) != 0) {
        __atomic_add_fetch(&control[VIRTUAL_NANOS], cost, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&control[VIRTUAL_WALL_NANOS], cost, __ATOMIC_SEQ_CST);
        return;
    }
    for (int64_t end = nanos(CLOCK_MONOTONIC) + cost; cost > 0 && nanos(CLOCK_MONOTONIC) < end;) {
    }
}

static nvmlReturn_t counter_millijoules(const int64_t *gpu, int64_t now, unsigned long long *value) {
    spend(get(gpu, COUNTER_COST_NANOS));
    nvmlReturn_t fault = (nvmlReturn_t)get(gpu, RETURN_COUNTER);
    if (fault != NVML_SUCCESS) {
        return fault;
    }
    int64_t updated = last_update(gpu, get(gpu, COUNTER_STEP_NANOS), now);
    picojoules_t since_zero = energy_until(gpu, updated) - energy_until(gpu, get(gpu, COUNTER_ZERO_NANOS));
    int64_t counted = since_zero < 0 ? 0 : (int64_t)(since_zero / PICOJOULES_PER_MILLIJOULE);
    int64_t garbage = get(gpu, GARBAGE_COUNTER);
    *value = (unsigned long long)(garbage != 0 ? garbage : counted + get(gpu, COUNTER_OFFSET_MILLIJOULES));
    return NVML_SUCCESS;
}

static nvmlReturn_t sensor_value(const int64_t *gpu, int sensor, int64_t now, unsigned int *milliwatts) {
    if (get(gpu, sensor + SENSOR_RETURN) != NVML_SUCCESS) {
        return (nvmlReturn_t)get(gpu, sensor + SENSOR_RETURN);
    }
    int64_t garbage = get(gpu, GARBAGE_POWER);
    *milliwatts = (unsigned int)(garbage != 0 ? garbage : sensor_milliwatts(gpu, &gpu[sensor], now));
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t gpu, unsigned long long *millijoules) {
    ENTER(gpu);
    return counter_millijoules(gpu, nanos(CLOCK_MONOTONIC), millijoules);
}

EXPORT nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t gpu, unsigned int *milliwatts) {
    ENTER(gpu);
    return sensor_value(gpu, USAGE_SENSOR, nanos(CLOCK_MONOTONIC), milliwatts);
}

EXPORT nvmlReturn_t nvmlDeviceGetPowerManagementLimitConstraints(
    nvmlDevice_t gpu, unsigned int *min, unsigned int *max) {
    ENTER(gpu);
    *min = (unsigned int)get(gpu, MIN_LIMIT_MILLIWATTS);
    return unsigned_slot(gpu, MAX_LIMIT_MILLIWATTS, max);
}

#if STANDIN_DRIVER >= 535
static nvmlReturn_t memory_power(const int64_t *gpu, int64_t now, unsigned int *milliwatts) {
    int64_t share = get(gpu, MEMORY_POWER_SHARE_PPM);
    nvmlReturn_t fault = share == UNSUPPORTED ? NVML_ERROR_NOT_SUPPORTED
                                              : sensor_value(gpu, AVERAGE_SENSOR, now, milliwatts);
    *milliwatts = (unsigned int)(*milliwatts * share / 1000000);
    return fault;
}
#endif

/*
 * Drivers have been seen to add into the value slot, and to leave the upper half of the slot of a 32-bit value as it
 * was: so does this one.
 */
static nvmlReturn_t power_field(nvmlReturn_t returned, unsigned int milliwatts, nvmlFieldValue_t *field) {
    field->valueType = NVML_VALUE_TYPE_UNSIGNED_INT;
    field->value.ullVal |= 0xdeadbeef00000000ULL;
    field->value.uiVal += milliwatts;
    return returned;
}

static nvmlReturn_t field_value(const int64_t *gpu, int64_t now, nvmlFieldValue_t *field) {
    unsigned long long millijoules = 0;
    unsigned int milliwatts = 0;
    nvmlReturn_t returned;
    switch (field->fieldId) {
        case NVML_FI_DEV_TOTAL_ENERGY_CONSUMPTION:
            returned = get(gpu, COUNTER_FIELD_UNSUPPORTED) ? NVML_ERROR_NOT_SUPPORTED
                                                           : counter_millijoules(gpu, now, &millijoules);
            field->valueType = NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
            field->value.ullVal += millijoules;
            return returned;
#if STANDIN_DRIVER >= 535
        case NVML_FI_DEV_POWER_AVERAGE:
            returned = field->scopeId == NVML_POWER_SCOPE_MEMORY
                           ? memory_power(gpu, now, &milliwatts)
                           : sensor_value(gpu, AVERAGE_SENSOR, now, &milliwatts);
            return power_field(returned, milliwatts, field);
        case NVML_FI_DEV_POWER_INSTANT:
            if (field->scopeId != NVML_POWER_SCOPE_GPU) {
                return NVML_ERROR_NOT_SUPPORTED;
            }
            returned = sensor_value(gpu, INSTANT_SENSOR, now, &milliwatts);
            return power_field(returned, milliwatts, field);
#endif
        default:
            return NVML_ERROR_NOT_SUPPORTED;
    }
}

EXPORT nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t gpu, int count, nvmlFieldValue_t *values) {
    ENTER(gpu);
    int64_t now = nanos(CLOCK_MONOTONIC);
    int64_t ahead = wall_ahead();
    nvmlReturn_t returned = NVML_ERROR_INVALID_ARGUMENT;
    for (int i = 0; i < count; i++) {
        values[i].timestamp = (now + ahead) / 1000;
        values[i].latencyUsec = 1;
        values[i].nvmlReturn = field_value(gpu, now, &values[i]);
        if (returned != NVML_SUCCESS) {
            returned = values[i].nvmlReturn; /* the call succeeds when any field does */
        }
    }
    return returned;
}

EXPORT nvmlReturn_t nvmlDeviceGetSamples(nvmlDevice_t gpu, int type, unsigned long long last_seen, int *value_type,
                                         unsigned int *count, nvmlSample_t *samples) {
    ENTER(gpu);
    int64_t period = get(gpu, SAMPLE_PERIOD_NANOS);
    unsigned int ring = (unsigned int)get(gpu, SAMPLE_RING_LENGTH);
    if (type != NVML_TOTAL_POWER_SAMPLES || period <= 0) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    *value_type = NVML_VALUE_TYPE_UNSIGNED_INT;
    if (samples == NULL) {
        *count = ring;
        return NVML_SUCCESS;
    }
    int64_t newest = last_update(gpu, period, nanos(CLOCK_MONOTONIC));
    int64_t ahead = wall_ahead();
    unsigned int written = 0;
    for (int64_t i = ring - 1; i >= 0 && written < *count; i--) {
        int64_t time = newest - i * period;
        unsigned long long stamp = (unsigned long long)((time + ahead) / 1000);
        if (stamp > last_seen) {
            samples[written].timeStamp = stamp;
            samples[written].sampleValue.uiVal =
                (unsigned int)((energy_until(gpu, time) - energy_until(gpu, time - period)) / period);
            written++;
        }
    }
    *count = written;
    return written == 0 ? NVML_ERROR_NOT_FOUND : NVML_SUCCESS;
}

/* ---- load ---- */

EXPORT nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t gpu, nvmlUtilization_t *rates) {
    ENTER(gpu);
    rates->memory = (unsigned int)get(gpu, MEMORY_UTILIZATION_PERCENT);
    return unsigned_slot(gpu, GPU_UTILIZATION_PERCENT, &rates->gpu);
}

EXPORT nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t gpu, nvmlMemory_t *memory) {
    if (initialized && gpu_of_mig(gpu) != NULL) {
        nvmlReturn_t fault = enter_mig(gpu);
        memory->total = (unsigned long long)get(gpu, MIG_MEMORY_MIB) << 20;
        memory->used = (unsigned long long)get(gpu, MIG_USED_BYTES);
        memory->free = memory->total - memory->used;
        return fault;
    }
    ENTER(gpu);
    if (get(gpu, MEMORY_TOTAL_BYTES) == UNSUPPORTED) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    memory->total = (unsigned long long)get(gpu, MEMORY_TOTAL_BYTES);
    memory->used = (unsigned long long)(get(gpu, MEMORY_USED_BYTES) + get(gpu, MEMORY_RESERVED_BYTES));
    memory->free = memory->total - memory->used;
    return NVML_SUCCESS;
}

#if STANDIN_DRIVER >= 535
EXPORT nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t gpu, nvmlMemory_v2_t *memory) {
    if (initialized && gpu_of_mig(gpu) != NULL) {
        nvmlReturn_t fault = enter_mig(gpu);
        memory->total = (unsigned long long)get(gpu, MIG_MEMORY_MIB) << 20;
        memory->reserved = 0;
        memory->used = (unsigned long long)get(gpu, MIG_USED_BYTES);
        memory->free = memory->total - memory->used;
        return fault;
    }
    ENTER(gpu);
    if (memory->version != NVML_MEMORY_V2) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    if (get(gpu, MEMORY_TOTAL_BYTES) == UNSUPPORTED) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    memory->total = (unsigned long long)get(gpu, MEMORY_TOTAL_BYTES);
    memory->reserved = (unsigned long long)get(gpu, MEMORY_RESERVED_BYTES);
    memory->used = (unsigned long long)get(gpu, MEMORY_USED_BYTES);
    memory->free = memory->total - memory->used - memory->reserved;
    return NVML_SUCCESS;
}
#endif

EXPORT nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t gpu, int type, unsigned int *megahertz) {
    ENTER(gpu);
    if (type < 0 || type >= CLOCK_TYPES) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    return unsigned_slot(gpu, CLOCKS_MEGAHERTZ + type, megahertz);
}

EXPORT nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t gpu, int sensor, unsigned int *celsius) {
    ENTER(gpu);
    return sensor == 0 ? unsigned_slot(gpu, TEMPERATURE_CELSIUS, celsius) : NVML_ERROR_INVALID_ARGUMENT;
}

#if STANDIN_DRIVER >= 580
EXPORT nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t gpu, nvmlTemperature_v1_t *temperature) {
    ENTER(gpu);
    if (temperature->version != NVML_TEMPERATURE_V1) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    return unsigned_slot(gpu, TEMPERATURE_CELSIUS, (unsigned int *)&temperature->temperature);
}
#endif

EXPORT nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t gpu, unsigned long long *reasons) {
    ENTER(gpu);
    *reasons = (unsigned long long)get(gpu, THROTTLE_REASONS);
    return get(gpu, THROTTLE_REASONS) == UNSUPPORTED ? NVML_ERROR_NOT_SUPPORTED : NVML_SUCCESS;
}

#if STANDIN_DRIVER >= 535
EXPORT nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t gpu, unsigned long long *reasons) {
    return nvmlDeviceGetCurrentClocksThrottleReasons(gpu, reasons);
}
#endif

/* ---- processes ---- */

/* Fills entries of the given size, which begin like nvmlProcessInfo_r535_t as far as they go. */
static nvmlReturn_t processes(int64_t *device, unsigned int *count, void *infos, size_t size) {
    int64_t *gpu = initialized ? gpu_of_mig(device) : NULL;
    const int64_t *mig = gpu == NULL ? NULL : device;
    nvmlReturn_t fault = mig == NULL ? enter(device) : enter_mig(device);
    if (fault != NVML_SUCCESS) {
        return fault;
    }
    gpu = mig == NULL ? device : gpu;
    unsigned int running = (unsigned int)get(gpu, PROCESS_COUNT);
    if (*count < running) {
        *count = running;
        return NVML_ERROR_INSUFFICIENT_SIZE;
    }
    unsigned int written = 0;
    for (unsigned int i = 0; i < running; i++) {
        const int64_t *process = &gpu[PROCESSES + i * PROCESS_SLOTS];
        nvmlProcessInfo_r535_t info = {
            (unsigned int)process[PROCESS_ID], (unsigned long long)process[PROCESS_MEMORY_BYTES],
            (unsigned int)process[PROCESS_GPU_INSTANCE], (unsigned int)process[PROCESS_COMPUTE_INSTANCE], 0};
        if (mig == NULL || (process[PROCESS_GPU_INSTANCE] == mig[MIG_GPU_INSTANCE]
                            && process[PROCESS_COMPUTE_INSTANCE] == mig[MIG_COMPUTE_INSTANCE])) {
            memcpy((char *)infos + written++ * size, &info, size);
        }
    }
    *count = written;
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetComputeRunningProcesses(
    nvmlDevice_t gpu, unsigned int *count, nvmlProcessInfo_v1_t *infos) {
    return processes(gpu, count, infos, sizeof *infos);
}

EXPORT nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v2(
    nvmlDevice_t gpu, unsigned int *count, nvmlProcessInfo_v2_t *infos) {
    return processes(gpu, count, infos, sizeof *infos);
}

#if STANDIN_DRIVER >= 535
EXPORT nvmlReturn_t nvmlDeviceGetComputeRunningProcesses_v3(nvmlDevice_t gpu, unsigned int *count, void *infos) {
    return processes(
        gpu, count, infos, STANDIN_DRIVER == 535 ? sizeof(nvmlProcessInfo_r535_t) : sizeof(nvmlProcessInfo_v2_t));
}
#endif

EXPORT nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t gpu, nvmlProcessUtilizationSample_t *samples,
                                                    unsigned int *count, unsigned long long last_seen) {
    ENTER(gpu);
    if (get(gpu, MIG_MODE) == 1) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    unsigned int running = (unsigned int)get(gpu, PROCESS_COUNT);
    unsigned long long stamp = (unsigned long long)(nanos(CLOCK_REALTIME) / 1000);
    if (samples == NULL || *count < running) {
        *count = running;
        return running == 0 ? NVML_ERROR_NOT_FOUND : NVML_ERROR_INSUFFICIENT_SIZE;
    }
    unsigned int written = 0;
    for (unsigned int i = 0; i < running && stamp > last_seen; i++) {
        const int64_t *process = &gpu[PROCESSES + i * PROCESS_SLOTS];
        if (process[PROCESS_SM_PERCENT] > 0) {
            nvmlProcessUtilizationSample_t sample = {(unsigned int)process[PROCESS_ID], stamp,
                                                     (unsigned int)process[PROCESS_SM_PERCENT], 0, 0, 0};
            samples[written++] = sample;
        }
    }
    *count = written;
    return written == 0 ? NVML_ERROR_NOT_FOUND : NVML_SUCCESS;
}
