package io.joulegram.agent.gpu;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A format of numbers that matrix units multiply. */
public enum Precision {
    /** 19 bits in 32, sums in 32. */
    TF32,
    /** 16 bits, 8 of them the exponent. */
    BF16,
    /** 16 bits, 5 of them the exponent. */
    FP16,
    /** 8 bits, floating. */
    FP8,
    /** 8 bits, whole numbers. */
    INT8,
    /** 4 bits, floating. */
    FP4;

    /** Its name in tables and options. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The names of all. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(Precision::label).toList();
    }
}
