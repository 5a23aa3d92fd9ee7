package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlReturn;
import java.util.Optional;

/**
 * A question that a GPU may have no answer to. One that it, or its driver, cannot answer at all is not asked again.
 *
 * @param <T> the answer
 */
final class Query<T> {
    private final Call<T> call;
    private boolean absent;

    Query(Call<T> call) {
        this.call = call;
    }

    /** A call of NVML. */
    interface Call<T> {
        T ask() throws NvmlException;
    }

    /**
     * The answer, if there is one now.
     *
     * @throws NvmlException if the GPU itself is not well
     */
    Optional<T> ask() throws NvmlException {
        if (absent) {
            return Optional.empty();
        }
        try {
            return Optional.of(call.ask());
        } catch (NvmlException e) {
            absent = NvmlReturn.isAbsent(e.code());
            if (absent || isWithoutAnswerNow(e.code())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isWithoutAnswerNow(int code) {
        return code == NvmlReturn.NO_PERMISSION
                || code == NvmlReturn.NOT_FOUND
                || code == NvmlReturn.NO_DATA
                || code == NvmlReturn.NOT_READY;
    }
}
