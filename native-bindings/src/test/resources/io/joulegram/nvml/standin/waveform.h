/* The power of a stand-in GPU over time, and the exact integral of it. */
#ifndef JOULEGRAM_WAVEFORM_H
#define JOULEGRAM_WAVEFORM_H

#include <stdint.h>

/* Milliwatts times nanoseconds. An hour at a kilowatt is 3.6e18 of them, so 64 bits are not enough. */
typedef __int128 picojoules_t;

/* Energy from the start of the first segment to time_nanos on CLOCK_MONOTONIC; below 0 before that start. */
picojoules_t energy_until(const int64_t *gpu, int64_t time_nanos);

/* What a sensor tells at time_nanos: the mean over its window up to its last update, or the power at that update. */
int64_t sensor_milliwatts(const int64_t *gpu, const int64_t *sensor, int64_t time_nanos);

/* The power at one instant. */
int64_t power_at(const int64_t *gpu, int64_t time_nanos);

/* The greatest multiple of step, counted from the start of the first segment, up to time_nanos. */
int64_t last_update(const int64_t *gpu, int64_t step_nanos, int64_t time_nanos);

#endif
