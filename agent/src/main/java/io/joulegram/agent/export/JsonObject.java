package io.joulegram.agent.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** A JSON object being filled, in which what is unknown or not finite has no member. Used by one thread. */
final class JsonObject {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ObjectNode node;

    JsonObject() {
        this(MAPPER.createObjectNode());
    }

    private JsonObject(ObjectNode node) {
        this.node = node;
    }

    JsonObject text(String name, String value) {
        node.put(name, value);
        return this;
    }

    JsonObject flag(String name, boolean value) {
        node.put(name, value);
        return this;
    }

    JsonObject number(String name, long value) {
        node.put(name, value);
        return this;
    }

    JsonObject number(String name, OptionalLong value) {
        value.ifPresent(known -> node.put(name, known));
        return this;
    }

    JsonObject number(String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        }
        return this;
    }

    JsonObject number(String name, OptionalDouble value) {
        value.ifPresent(known -> number(name, known));
        return this;
    }

    /** Adds an object as a member. */
    JsonObject object(String name) {
        return new JsonObject(node.putObject(name));
    }

    /** Adds an object of numbers, in the order of their names. */
    JsonObject numbers(String name, Map<?, Long> values) {
        JsonObject object = object(name);
        new TreeMap<>(values).forEach((key, value) -> object.number(key.toString(), value.longValue()));
        return this;
    }

    /** Adds an object of real numbers, in the order of their names. */
    JsonObject reals(String name, Map<String, Double> values) {
        JsonObject object = object(name);
        new TreeMap<>(values).forEach((key, value) -> object.number(key, value.doubleValue()));
        return this;
    }

    /** Adds an array of texts. */
    JsonObject texts(String name, Collection<String> values) {
        ArrayNode array = node.putArray(name);
        values.forEach(array::add);
        return this;
    }

    /** Adds an array with one object for each value. */
    <T> JsonObject objects(String name, Collection<T> values, BiConsumer<JsonObject, T> fill) {
        ArrayNode array = node.putArray(name);
        values.forEach(value -> fill.accept(new JsonObject(array.addObject()), value));
        return this;
    }

    /** The object as UTF-8. */
    byte[] toBytes() {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of numbers and texts cannot fail to be written", e);
        }
    }
}
