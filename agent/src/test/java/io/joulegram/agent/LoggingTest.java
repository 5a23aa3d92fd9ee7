package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import io.joulegram.agent.config.LogLevel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

final class LoggingTest {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    @AfterEach
    void backToTheDefault() {
        Logging.apply(LogLevel.INFO);
    }

    @ParameterizedTest
    @EnumSource
    void appliesToTheAgentAndNotToLibraries(LogLevel level) {
        Logging.apply(level);

        assertThat(effective("io.joulegram.power.Any")).isEqualTo(Level.valueOf(level.name()));
        assertThat(effective("com.example.Library")).isEqualTo(level == LogLevel.ERROR ? Level.ERROR : Level.WARN);
        assertThat(effective("oshi.util.FileUtil")).isEqualTo(Level.WARN);
    }

    @Test
    void writesOneLineWhateverAnEventHolds() {
        Exception cause = new IllegalStateException("first\nsecond");

        String line = line("server says \"a\r\nb\u001b[31m\"", new RuntimeException("outer", cause));

        assertThat(line.lines()).hasSize(1);
        assertThat(line)
                .contains("WARN  Any: server says \"a b [31m\"")
                .contains("java.lang.RuntimeException: outer")
                .contains("Caused by: java.lang.IllegalStateException: first second");
    }

    @Test
    void writesNothingAfterAMessageWithoutAnException() {
        assertThat(line("started", null)).endsWith("WARN  Any: started" + System.lineSeparator());
    }

    private String line(String message, @Nullable Throwable thrown) {
        Logger logger = context.getLogger("io.joulegram.Any");
        ConsoleAppender<?> appender =
                (ConsoleAppender<?>) context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stderr");
        PatternLayoutEncoder encoder = (PatternLayoutEncoder) appender.getEncoder();
        LoggingEvent event = new LoggingEvent("fqcn", logger, Level.WARN, message, thrown, null);
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    private Level effective(String name) {
        return context.getLogger(name).getEffectiveLevel();
    }
}
