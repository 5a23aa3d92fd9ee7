package io.joulegram.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.joulegram.agent.config.LogLevel;
import org.slf4j.LoggerFactory;

/** Sets how much is logged; where to and in what form is told by {@link LoggingConfigurator}. */
public final class Logging {
    private Logging() {}

    /**
     * Applies a level to the agent's own loggers. Libraries stay at WARN, or at ERROR if that is asked for: what they
     * have to say below that is not about energy or carbon.
     */
    public static void apply(LogLevel level) {
        logger("io.joulegram").setLevel(Level.valueOf(level.name()));
        logger(Logger.ROOT_LOGGER_NAME).setLevel(level == LogLevel.ERROR ? Level.ERROR : Level.WARN);
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }
}
