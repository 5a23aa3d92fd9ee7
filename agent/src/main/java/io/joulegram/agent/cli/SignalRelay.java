package io.joulegram.agent.cli;

import io.joulegram.posix.Signal;
import java.lang.reflect.Proxy;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells of the signals that this process gets, which do not end it meanwhile. A signal that whoever started this process had it
 * ignore, as {@code nohup} does, stays ignored.
 *
 * <p>Java has this in {@code sun.misc.Signal} of the module jdk.unsupported, of which a compiler warns whatever it is told: so it
 * is used by its name.
 */
final class SignalRelay implements AutoCloseable {
    private final Consumer<Signal> listener;
    private final Map<Signal, Object> before = new EnumMap<>(Signal.class);
    private volatile Optional<Signal> last = Optional.empty();

    /** @param listener is called on a thread of its own */
    SignalRelay(Consumer<Signal> listener) {
        this.listener = listener;
        for (Signal signal : Signal.values()) {
            before.put(signal, handle(signal, handler(signal)));
        }
    }

    private Object handler(Signal signal) {
        Class<?> type = type("sun.misc.SignalHandler");
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            switch (method.getName()) {
                case "handle" -> {
                    last = Optional.of(signal);
                    listener.accept(signal);
                    return null;
                }
                case "equals" -> {
                    return proxy == arguments[0];
                }
                case "hashCode" -> {
                    return System.identityHashCode(proxy);
                }
                default -> {
                    return "relay of SIG" + signal;
                }
            }
        });
    }

    /** Sets a handler; returns the one before. */
    private static Object handle(Signal signal, Object handler) {
        Class<?> type = type("sun.misc.Signal");
        try {
            return type.getMethod("handle", type, type("sun.misc.SignalHandler"))
                    .invoke(null, type.getConstructor(String.class).newInstance(signal.name()), handler);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("SIG" + signal + " cannot be handled: " + e.getCause(), e);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this Java lacks the module jdk.unsupported", e);
        }
    }

    /** The last signal that came. */
    Optional<Signal> last() {
        return last;
    }

    /** Signals do again what they did before. */
    @Override
    public void close() {
        before.forEach(SignalRelay::handle);
    }
}
