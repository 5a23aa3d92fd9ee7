package io.joulegram.agent.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * How the text of a value becomes the value.
 *
 * @param allowed what may be written, for messages and the manual
 * @param secret whether the text must never be shown
 * @param parser turns the text into the value
 */
record ValueType<T>(String allowed, boolean secret, Parser<T> parser) {
    /** Turns a text into a value or says why it cannot. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BadValueException;
    }

    /** A type whose text may be shown. */
    static <T> ValueType<T> of(String allowed, Parser<T> parser) {
        return new ValueType<>(allowed, false, parser);
    }

    /** The same type, or the word {@code word} for no value. */
    ValueType<Optional<T>> or(String word) {
        return new ValueType<>(
                "`" + word + "` or " + allowed,
                secret,
                text -> text.equals(word) ? Optional.empty() : Optional.of(parser.parse(text)));
    }

    /** The same texts, made into something else. */
    <U> ValueType<U> map(Function<? super T, ? extends U> function) {
        return new ValueType<>(allowed, secret, text -> function.apply(parser.parse(text)));
    }

    /**
     * The value in a text.
     *
     * @throws BadValueException with a message that names the text, unless it is secret, and what is allowed
     */
    T parse(String text) throws BadValueException {
        try {
            return parser.parse(text);
        } catch (BadValueException e) {
            String shown = secret ? "the value" : Quoted.text(text);
            throw new BadValueException(shown + " " + e.reason() + "; allowed: " + allowed);
        }
    }
}
