package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlLayout.FIELD_VALUE_FIELD_ID;
import static io.joulegram.nvml.NvmlLayout.FIELD_VALUE_RETURN;
import static io.joulegram.nvml.NvmlLayout.FIELD_VALUE_SCOPE_ID;
import static io.joulegram.nvml.NvmlLayout.FIELD_VALUE_SIZE;
import static io.joulegram.nvml.NvmlLayout.FIELD_VALUE_TYPE;
import static io.joulegram.nvml.NvmlLayout.FIELD_VALUE_VALUE;

import java.util.List;

/**
 * A set of fields of one GPU that are read by one call of {@code nvmlDeviceGetFieldValues}, into memory that is
 * allocated once: reading allocates nothing.
 *
 * <p>Not thread-safe: it belongs to the thread that reads the device.
 */
public final class NvmlFieldValues {
    /** Stands where the driver is to put a field's return code, and is none of NVML's. */
    private static final int UNTOUCHED = -1;

    private static final int TYPE_DOUBLE = 0;
    private static final int TYPE_UNSIGNED_INT = 1;
    private static final int TYPE_UNSIGNED_LONG = 2;
    private static final int TYPE_UNSIGNED_LONG_LONG = 3;
    private static final int TYPE_SIGNED_LONG_LONG = 4;
    private static final int TYPE_SIGNED_INT = 5;
    private static final int TYPE_UNSIGNED_SHORT = 6;

    private final NvmlLibrary library;
    private final long handle;
    private final List<NvmlField> fields;
    private final NativeBuffer values;
    private int callCode = NvmlReturn.NO_DATA;

    NvmlFieldValues(NvmlLibrary library, long handle, List<NvmlField> fields) {
        this.library = library;
        this.handle = handle;
        this.fields = List.copyOf(fields);
        values = new NativeBuffer(this.fields.size() * FIELD_VALUE_SIZE);
        prepare();
    }

    /**
     * Reads all fields.
     *
     * @return the call's own code, which is {@link NvmlReturn#SUCCESS} if any field could be read: look at each {@link
     *     #returnCode}
     */
    public int read() {
        prepare();
        callCode = library.fieldValues(handle, fields.size(), values.address());
        return callCode;
    }

    /** The fields, in the order of their numbers here. */
    public List<NvmlField> fields() {
        return fields;
    }

    /**
     * What became of a field at the last {@link #read()}; {@link NvmlReturn#NO_DATA} before the first, and {@link
     * NvmlReturn#UNKNOWN} for a value of a type that this version does not know.
     */
    public int returnCode(int field) {
        int own = values.getInt(at(field) + FIELD_VALUE_RETURN);
        if (callCode != NvmlReturn.SUCCESS) {
            return own == UNTOUCHED || own == NvmlReturn.SUCCESS ? callCode : own;
        }
        if (own == UNTOUCHED || (own == NvmlReturn.SUCCESS && !isTypeKnown(type(field)))) {
            return NvmlReturn.UNKNOWN;
        }
        return own;
    }

    /**
     * The value of a field at the last {@link #read()}, in the field's unit; a fraction is rounded. Meaningless unless
     * its {@link #returnCode} is {@link NvmlReturn#SUCCESS}.
     */
    public long value(int field) {
        int value = at(field) + FIELD_VALUE_VALUE;
        return switch (type(field)) {
            case TYPE_DOUBLE -> Math.round(values.getDouble(value));
            case TYPE_UNSIGNED_INT -> values.getUnsignedInt(value);
            case TYPE_SIGNED_INT -> values.getInt(value);
            case TYPE_UNSIGNED_SHORT -> Short.toUnsignedInt(values.getShort(value));
            default -> values.getLong(value);
        };
    }

    /** Drivers add into the value of some fields instead of setting it (go-nvml issue 46), so all must be zero. */
    private void prepare() {
        values.fill((byte) 0);
        for (int i = 0; i < fields.size(); i++) {
            NvmlField field = fields.get(i);
            values.putInt(at(i) + FIELD_VALUE_FIELD_ID, field.id());
            values.putInt(at(i) + FIELD_VALUE_SCOPE_ID, field.scope());
            values.putInt(at(i) + FIELD_VALUE_RETURN, UNTOUCHED);
        }
    }

    private int type(int field) {
        return values.getInt(at(field) + FIELD_VALUE_TYPE);
    }

    private static boolean isTypeKnown(int type) {
        return switch (type) {
            case TYPE_DOUBLE,
                    TYPE_UNSIGNED_INT,
                    TYPE_UNSIGNED_LONG,
                    TYPE_UNSIGNED_LONG_LONG,
                    TYPE_SIGNED_LONG_LONG,
                    TYPE_SIGNED_INT,
                    TYPE_UNSIGNED_SHORT -> true;
            default -> false;
        };
    }

    private static int at(int field) {
        return field * FIELD_VALUE_SIZE;
    }
}
