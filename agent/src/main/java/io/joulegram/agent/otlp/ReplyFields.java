package io.joulegram.agent.otlp;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads single fields of a message of Protocol Buffers that may be anything. Bytes that are no message have no fields.
 * Immutable.
 */
final class ReplyFields {
    private static final int TYPE_MASK = 7;
    private static final int TYPE_BITS = 3;
    private static final int MAX_VARINT_SHIFT = 63;

    private final byte[] bytes;
    private final int from;
    private final int to;

    private ReplyFields(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    /** A whole message; the bytes must not change any more. */
    static ReplyFields of(byte[] bytes) {
        return new ReplyFields(bytes, 0, bytes.length);
    }

    /** A message inside this one; empty if there is none. */
    Optional<ReplyFields> message(int field) {
        return find(field, 2).map(found -> new ReplyFields(bytes, found.value(), found.end()));
    }

    /** A text. */
    Optional<String> text(int field) {
        return message(field)
                .map(inner -> new String(bytes, inner.from, inner.to - inner.from, StandardCharsets.UTF_8));
    }

    /** A whole number. */
    OptionalLong number(int field) {
        return find(field, 0)
                .map(found -> OptionalLong.of(varint(found.value(), found.end()).value()))
                .orElse(OptionalLong.empty());
    }

    /** Where a value is. */
    private record Place(int value, int end) {}

    /** A number and where it ends; negative end if it is none. */
    private record Varint(long value, int end) {}

    private Optional<Place> find(int field, int wireType) {
        int at = from;
        while (at < to) {
            Varint tag = varint(at, to);
            Place place = tag.end() < 0 ? new Place(at, -1) : place((int) tag.value() & TYPE_MASK, tag.end());
            if (place.end() < 0 || place.end() > to) {
                return Optional.empty();
            }
            if (tag.value() >>> TYPE_BITS == field && (tag.value() & TYPE_MASK) == wireType) {
                return Optional.of(place);
            }
            at = place.end();
        }
        return Optional.empty();
    }

    private Place place(int wireType, int at) {
        return switch (wireType) {
            case 0 -> new Place(at, varint(at, to).end());
            case 1 -> new Place(at, at + Long.BYTES);
            case 2 -> {
                Varint length = varint(at, to);
                boolean fits = length.end() >= 0 && length.value() >= 0 && length.value() <= to - length.end();
                yield new Place(length.end(), fits ? length.end() + (int) length.value() : -1);
            }
            case 5 -> new Place(at, at + Integer.BYTES);
            default -> new Place(at, -1);
        };
    }

    private Varint varint(int start, int end) {
        long value = 0;
        for (int at = start, shift = 0; at < end && shift <= MAX_VARINT_SHIFT; at++, shift += 7) {
            value |= (bytes[at] & 0x7fL) << shift;
            if (bytes[at] >= 0) {
                return new Varint(value, at + 1);
            }
        }
        return new Varint(0, -1);
    }
}
