package io.joulegram.agent.access;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BasicAuthTest {
    private static final int SLOW_COST = 12;

    private static String hash(BCrypt.Version version, int cost, String password) {
        return BCrypt.with(version).hashToString(cost, password.toCharArray());
    }

    private static Optional<String> header(String user, String password) {
        return Optional.of("Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(UTF_8)));
    }

    @Test
    void grantsWhoeverKnowsThePassword() {
        BasicAuth auth = new BasicAuth(Map.of(
                "a", hash(BCrypt.Version.VERSION_2A, 4, "one"),
                "b", hash(BCrypt.Version.VERSION_2B, 4, "two:three"),
                "größe", hash(BCrypt.Version.VERSION_2Y, 4, "pässword"),
                "nobody", hash(BCrypt.Version.VERSION_2Y, 4, "")));

        assertThat(auth.check(header("a", "one"))).isEqualTo(Verdict.GRANTED);
        assertThat(auth.check(header("b", "two:three"))).isEqualTo(Verdict.GRANTED);
        assertThat(auth.check(header("größe", "pässword"))).isEqualTo(Verdict.GRANTED);
        assertThat(auth.check(header("nobody", ""))).isEqualTo(Verdict.GRANTED);
        assertThat(auth.check(header("a", "one").map(text -> text.replace("Basic", "bAsIc"))))
                .isEqualTo(Verdict.GRANTED);
    }

    /** A hash from the tests of exporter-toolkit, made by another program. */
    @Test
    void takesHashesOfOtherPrograms() {
        BasicAuth auth = new BasicAuth(Map.of("alice", "$2y$12$1DpfPeqF9HzHJt.EWswy1exHluGfbhnn3yXhR7Xes6m3WJqFg0Wby"));

        assertThat(auth.check(header("alice", "alice123"))).isEqualTo(Verdict.GRANTED);
    }

    @Test
    void deniesEveryoneElse() {
        BasicAuth auth = new BasicAuth(
                Map.of("a", hash(BCrypt.Version.VERSION_2Y, 4, "one"), "b", hash(BCrypt.Version.VERSION_2Y, 4, "two")));
        assertThat(auth.check(header("a", "one"))).isEqualTo(Verdict.GRANTED);

        assertThat(auth.check(Optional.empty())).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("a", "two"))).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("a", ""))).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("a", "one "))).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("A", "one"))).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("c", "one"))).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("", "one"))).isEqualTo(Verdict.DENIED);
        // Every password of a stranger is held against a known hash, and must not be granted if it is right for that.
        assertThat(auth.check(header("stranger", "one"))).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("stranger", "two"))).isEqualTo(Verdict.DENIED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic", "Basic ", "Basic !!!", "Basic YQ==", "Bearer YTpvbmU=", "basicYTpvbmU="})
    void deniesWhatIsNoNameAndPassword(String header) {
        BasicAuth auth = new BasicAuth(Map.of("a", hash(BCrypt.Version.VERSION_2Y, 4, "one")));

        assertThat(auth.check(Optional.of(header))).isEqualTo(Verdict.DENIED);
    }

    @Test
    void longPasswordsCountByTheirFirst72Bytes() {
        String first = "x".repeat(72);
        BasicAuth auth = new BasicAuth(Map.of("a", hash(BCrypt.Version.VERSION_2Y, 4, first)));

        assertThat(auth.check(header("a", first + "y"))).isEqualTo(Verdict.GRANTED);
        assertThat(auth.check(header("a", "x".repeat(71)))).isEqualTo(Verdict.DENIED);
        assertThat(auth.check(header("a", "x".repeat(5000)))).isEqualTo(Verdict.DENIED);
    }

    /** Without what is remembered it would take an hour. */
    @Test
    @Timeout(60)
    void aKnownPasswordCostsNoSecondHash() {
        BasicAuth auth = new BasicAuth(Map.of("a", hash(BCrypt.Version.VERSION_2Y, SLOW_COST, "one")));

        for (int scrape = 0; scrape < 20_000; scrape++) {
            assertThat(auth.check(header("a", "one"))).isEqualTo(Verdict.GRANTED);
        }
    }

    @Test
    void guessesHoldUpNobodyWhoIsKnown() throws Exception {
        BasicAuth auth = new BasicAuth(Map.of("a", hash(BCrypt.Version.VERSION_2Y, SLOW_COST, "one")));
        assertThat(auth.check(header("a", "one"))).isEqualTo(Verdict.GRANTED);
        ExecutorService guessers = Executors.newFixedThreadPool(16);
        try {
            List<Callable<Verdict>> guesses = IntStream.range(0, 64)
                    .<Callable<Verdict>>mapToObj(i -> () -> auth.check(header("a", "guess" + i)))
                    .toList();
            List<Future<Verdict>> pending = new ArrayList<>();
            guesses.forEach(guess -> pending.add(guessers.submit(guess)));
            while (!pending.stream().allMatch(Future::isDone)) {
                assertThat(auth.check(header("a", "one"))).isEqualTo(Verdict.GRANTED);
            }
            List<Verdict> verdicts = new ArrayList<>();
            for (Future<Verdict> verdict : pending) {
                verdicts.add(verdict.get(1, TimeUnit.MINUTES));
            }

            assertThat(verdicts).contains(Verdict.BUSY).doesNotContain(Verdict.GRANTED);
        } finally {
            guessers.shutdownNow();
        }
    }
}
