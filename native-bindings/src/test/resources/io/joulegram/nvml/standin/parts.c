/* What the stand-in tells of the parts of a GPU: its MIG instances, and the performance counters (GPM) of each. */
#include "parts.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int64_t *gpu;
    int64_t *instance; /* NULL for the whole GPU */
    int64_t nanos;
} gpm_sample_t;

static int64_t value(const int64_t *slots, int slot) { return __atomic_load_n(&slots[slot], __ATOMIC_ACQUIRE); }

int64_t *mig_instance(int64_t *gpu, int64_t index) { return &gpu[MIG_INSTANCES + index * MIG_SLOTS]; }

/* ---- instances ---- */

EXPORT nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t gpu, unsigned int *count) {
    nvmlReturn_t fault = enter_gpu(gpu);
    *count = value(gpu, MIG_MODE) == 1 ? MAX_MIG_INSTANCES : 0;
    return fault;
}

EXPORT nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t gpu, unsigned int index, nvmlDevice_t *device) {
    nvmlReturn_t fault = enter_gpu(gpu);
    if (fault != NVML_SUCCESS) {
        return fault;
    }
    if (index >= MAX_MIG_INSTANCES || value(gpu, MIG_MODE) != 1) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    *device = mig_instance(gpu, index);
    return value(*device, MIG_SLICES) == 0 ? NVML_ERROR_NOT_FOUND : NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlDeviceGetGpuInstanceId(nvmlDevice_t mig, unsigned int *id) {
    nvmlReturn_t fault = enter_mig(mig);
    *id = fault == NVML_SUCCESS ? (unsigned int)value(mig, MIG_GPU_INSTANCE) : 0;
    return fault;
}

EXPORT nvmlReturn_t nvmlDeviceGetComputeInstanceId(nvmlDevice_t mig, unsigned int *id) {
    nvmlReturn_t fault = enter_mig(mig);
    *id = fault == NVML_SUCCESS ? (unsigned int)value(mig, MIG_COMPUTE_INSTANCE) : 0;
    return fault;
}

EXPORT nvmlReturn_t nvmlDeviceGetAttributes_v2(nvmlDevice_t mig, nvmlDeviceAttributes_t *attributes) {
    nvmlReturn_t fault = enter_mig(mig);
    if (fault == NVML_SUCCESS) {
        memset(attributes, 0, sizeof *attributes);
        attributes->multiprocessorCount = (unsigned int)value(mig, MIG_SLICES) * 16;
        attributes->gpuInstanceSliceCount = (unsigned int)value(mig, MIG_SLICES);
        attributes->computeInstanceSliceCount = (unsigned int)value(mig, MIG_SLICES);
        attributes->memorySizeMB = (unsigned long long)value(mig, MIG_MEMORY_MIB);
    }
    return fault;
}

/* ---- performance counters ---- */

EXPORT nvmlReturn_t nvmlGpmQueryDeviceSupport(nvmlDevice_t gpu, nvmlGpmSupport_t *support) {
    nvmlReturn_t fault = enter_gpu(gpu);
    if (fault == NVML_SUCCESS && support->version != NVML_GPM_METRICS_GET_VERSION) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    support->isSupportedDevice = fault == NVML_SUCCESS && value(gpu, GPM_SUPPORTED);
    return fault;
}

EXPORT nvmlReturn_t nvmlGpmSampleAlloc(void **sample) {
    *sample = calloc(1, sizeof(gpm_sample_t));
    count_gpm_samples(1);
    return *sample == NULL ? NVML_ERROR_UNKNOWN : NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlGpmSampleFree(void *sample) {
    free(sample);
    count_gpm_samples(-1);
    return NVML_SUCCESS;
}

static nvmlReturn_t take(int64_t *gpu, int64_t *instance, gpm_sample_t *sample) {
    if (!value(gpu, GPM_SUPPORTED)) {
        return NVML_ERROR_NOT_SUPPORTED;
    }
    sample->gpu = gpu;
    sample->instance = instance;
    sample->nanos = monotonic_nanos();
    return NVML_SUCCESS;
}

EXPORT nvmlReturn_t nvmlGpmSampleGet(nvmlDevice_t gpu, void *sample) {
    nvmlReturn_t fault = enter_gpu(gpu);
    return fault == NVML_SUCCESS ? take(gpu, NULL, sample) : fault;
}

EXPORT nvmlReturn_t nvmlGpmMigSampleGet(nvmlDevice_t gpu, unsigned int gpu_instance, void *sample) {
    nvmlReturn_t fault = enter_gpu(gpu);
    if (fault != NVML_SUCCESS) {
        return fault;
    }
    for (int i = 0; i < MAX_MIG_INSTANCES; i++) {
        int64_t *instance = mig_instance(gpu, i);
        if (value(instance, MIG_SLICES) != 0 && value(instance, MIG_GPU_INSTANCE) == gpu_instance) {
            return take(gpu, instance, sample);
        }
    }
    return NVML_ERROR_NOT_FOUND;
}

EXPORT nvmlReturn_t nvmlGpmMetricsGet(nvmlGpmMetricsGet_t *get) {
    const gpm_sample_t *first = get->sample1;
    const gpm_sample_t *second = get->sample2;
    if (get->version != NVML_GPM_METRICS_GET_VERSION) {
        return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    }
    if (first->gpu != second->gpu || first->instance != second->instance || second->nanos - first->nanos < 100000000) {
        return NVML_ERROR_INVALID_ARGUMENT;
    }
    for (unsigned int i = 0; i < get->numMetrics && i < NVML_GPM_METRIC_MAX; i++) {
        nvmlGpmMetric_t *metric = &get->metrics[i];
        int64_t sm = second->instance ? value(second->instance, MIG_SM_PERMILLE) : value(second->gpu, GPM_SM_PERMILLE);
        int64_t dram =
            second->instance ? value(second->instance, MIG_DRAM_PERMILLE) : value(second->gpu, GPM_DRAM_PERMILLE);
        int known = metric->metricId == NVML_GPM_METRIC_SM_UTIL || metric->metricId == NVML_GPM_METRIC_DRAM_BW_UTIL;
        metric->nvmlReturn = known ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
        metric->value = (metric->metricId == NVML_GPM_METRIC_SM_UTIL ? sm : dram) / 10.0;
    }
    return NVML_SUCCESS;
}
