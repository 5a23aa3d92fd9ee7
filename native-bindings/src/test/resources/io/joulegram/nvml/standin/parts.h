/* What the files of the stand-in share: how a call on a GPU or on a MIG instance begins. */
#pragma once

#include "control.h"
#include "nvml.h"

#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

/* The faults that a test has switched on; NVML_ERROR_NOT_SUPPORTED for the handle of an instance. */
nvmlReturn_t enter_gpu(int64_t *gpu);

/* The same for the handle of an instance; NVML_ERROR_INVALID_ARGUMENT for one that was destroyed, or of a GPU. */
nvmlReturn_t enter_mig(int64_t *mig);

/* The GPU that an instance is part of; NULL if it is none. */
int64_t *gpu_of_mig(int64_t *mig);

int64_t *mig_instance(int64_t *gpu, int64_t index);

void count_gpm_samples(int64_t change);

int64_t monotonic_nanos(void);
