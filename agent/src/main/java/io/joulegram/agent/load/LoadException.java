package io.joulegram.agent.load;

/** A load broke off by a fault of the generator's own; what servers do wrong is in the result. */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LoadException(Throwable cause) {
        super("the load broke off: " + reason(cause), cause);
    }

    private static String reason(Throwable cause) {
        return cause instanceof OutOfMemoryError
                ? "memory ran out; use fewer requests at a time, shorter prompts, or a larger heap: java -Xmx4g -jar"
                        + " joulegram.jar bench"
                : cause.toString();
    }
}
