#include "waveform.h"

#include "control.h"

/*
 * Segments are only ever appended, and each is published by the count, so a reader needs no lock. Each starts a little
 * after it was written: no reader has yet told the energy of a time that it changes.
 */
static int64_t segments(const int64_t *gpu) { return __atomic_load_n(&gpu[SEGMENT_COUNT], __ATOMIC_ACQUIRE); }

static const int64_t *segment(const int64_t *gpu, int64_t index) { return &gpu[SEGMENTS + index * SEGMENT_SLOTS]; }

static int64_t floor_div(int64_t dividend, int64_t divisor) {
    int64_t quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

/* The wave's own integral, from where its period begins up to time_nanos. */
static picojoules_t wave_integral(const int64_t *wave, int64_t time_nanos) {
    int64_t elapsed = time_nanos - wave[SEGMENT_START_NANOS] + wave[SEGMENT_PHASE_NANOS];
    int64_t period = wave[SEGMENT_PERIOD_NANOS];
    int64_t busy = wave[SEGMENT_BUSY_NANOS];
    int64_t periods = floor_div(elapsed, period);
    int64_t rest = elapsed - periods * period;
    picojoules_t busy_nanos = (picojoules_t)periods * busy + (rest < busy ? rest : busy);
    int64_t idle = wave[SEGMENT_IDLE_MILLIWATTS];
    return (picojoules_t)idle * elapsed + busy_nanos * (wave[SEGMENT_LOAD_MILLIWATTS] - idle);
}

picojoules_t energy_until(const int64_t *gpu, int64_t time_nanos) {
    picojoules_t energy = 0;
    int64_t count = segments(gpu);
    for (int64_t i = 0; i < count; i++) {
        const int64_t *wave = segment(gpu, i);
        int64_t start = wave[SEGMENT_START_NANOS];
        int64_t end = time_nanos;
        if (i > 0 && time_nanos <= start) {
            break;
        }
        if (i + 1 < count && segment(gpu, i + 1)[SEGMENT_START_NANOS] < time_nanos) {
            end = segment(gpu, i + 1)[SEGMENT_START_NANOS];
        }
        energy += wave_integral(wave, end) - wave_integral(wave, start);
    }
    return energy;
}

int64_t power_at(const int64_t *gpu, int64_t time_nanos) {
    int64_t current = 0;
    for (int64_t i = 1; i < segments(gpu) && segment(gpu, i)[SEGMENT_START_NANOS] <= time_nanos; i++) {
        current = i;
    }
    const int64_t *wave = segment(gpu, current);
    int64_t elapsed = time_nanos - wave[SEGMENT_START_NANOS] + wave[SEGMENT_PHASE_NANOS];
    int64_t period = wave[SEGMENT_PERIOD_NANOS];
    int64_t rest = elapsed - floor_div(elapsed, period) * period;
    return rest < wave[SEGMENT_BUSY_NANOS] ? wave[SEGMENT_LOAD_MILLIWATTS] : wave[SEGMENT_IDLE_MILLIWATTS];
}

int64_t last_update(const int64_t *gpu, int64_t step_nanos, int64_t time_nanos) {
    if (step_nanos <= 0) {
        return time_nanos;
    }
    int64_t origin = segment(gpu, 0)[SEGMENT_START_NANOS];
    return origin + floor_div(time_nanos - origin, step_nanos) * step_nanos;
}

int64_t sensor_milliwatts(const int64_t *gpu, const int64_t *sensor, int64_t time_nanos) {
    int64_t updated = last_update(gpu, sensor[SENSOR_UPDATE_NANOS], time_nanos);
    int64_t window = sensor[SENSOR_WINDOW_NANOS];
    if (window <= 0) {
        return power_at(gpu, updated);
    }
    return (int64_t)((energy_until(gpu, updated) - energy_until(gpu, updated - window)) / window);
}
