package io.joulegram.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.proxy.MeteredRequest.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class EnergyBooksTest {
    private static final String MODEL = "llama";

    private final List<MeteredRequest> finished = new ArrayList<>();
    private final EnergyBooks books = new EnergyBooks(finished::add);

    @Test
    void requestsAndBypassAndIdleAndHeldSumToTheServerWhateverComes() {
        for (int seed = 0; seed < 300; seed++) {
            finished.clear();
            conserves(new Random(seed));
        }
    }

    private void conserves(Random random) {
        EnergyBooks some = new EnergyBooks(finished::add);
        ModelReading first = reading(MODEL, 0, random.nextInt(1000), 7, 9, 3, 5, random.nextDouble());
        ModelReading now = first;
        some.settle(List.of(first));
        List<MeteredRequest> all = new ArrayList<>();
        long millis = 0;
        for (int interval = 0; interval < 30; interval++) {
            if (random.nextInt(3) > 0) {
                MeteredRequest request = request("r" + all.size(), millis);
                request.work().sent(1 + random.nextInt(5000));
                all.add(request);
                some.begin(request);
            }
            for (MeteredRequest request : all) {
                act(random, request, millis, some.habits());
            }
            millis += random.nextInt(1500);
            now = reading(
                    MODEL,
                    now.untilMillis() + random.nextInt(1200),
                    now.prefillMicrojoules() + random.nextLong(3) * random.nextInt(1_000_000),
                    now.decodeMicrojoules() + random.nextLong(3) * random.nextInt(1_000_000_000),
                    now.idleMicrojoules() + random.nextInt(1_000_000),
                    now.computedPromptTokens() + random.nextLong(2) * random.nextInt(500),
                    now.outputTokens() + random.nextLong(2) * random.nextInt(50),
                    now.grams().getAsDouble() + random.nextDouble());
            some.settle(List.of(now));
        }
        ServerUse use = some.use();
        long ofRequests = all.stream()
                .mapToLong(request -> request.energy().microjoules())
                .sum();
        assertThat(use.requests().microjoules()).isEqualTo(ofRequests);
        assertThat(use.tenants().stream()
                        .mapToLong(tenant -> tenant.energy().microjoules())
                        .sum())
                .isEqualTo(ofRequests);
        assertThat(ofRequests + use.bypass().microjoules() + use.idleMicrojoules() + use.heldMicrojoules())
                .isEqualTo(now.totalMicrojoules() - first.totalMicrojoules());
        assertThat(use.requests().grams() + use.bypass().grams() + use.idleGrams() + use.heldGrams())
                .isCloseTo(now.grams().getAsDouble() - first.grams().getAsDouble(), within(1e-9));
        assertThat(use.bypass().microjoules()).isNotNegative();
        assertThat(all).allSatisfy(request -> {
            assertThat(request.energy().prefillMicrojoules()).isNotNegative();
            assertThat(request.energy().decodeMicrojoules()).isNotNegative();
        });
    }

    private static void act(Random random, MeteredRequest request, long millis, Habits habits) {
        if (request.outcome() != Outcome.OPEN) {
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> request.work().streams();
            case 1, 2 -> {
                request.work().streams();
                for (int i = random.nextInt(40); i > 0; i--) {
                    request.work().chunk(millis + random.nextInt(900));
                }
            }
            case 3 -> {
                Usage usage = new Usage(random.nextInt(900), random.nextInt(300), random.nextInt(200));
                request.work().told(millis, usage);
                habits.note(random.nextInt(4000), random.nextInt(3000), usage);
                request.end(millis, Outcome.COMPLETED);
            }
            case 4 -> request.end(millis, random.nextBoolean() ? Outcome.CANCELLED : Outcome.FAILED);
            default -> {}
        }
    }

    @Test
    void decodeEnergyGoesByOutputTokensAndPrefillByPrompts() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest one = streamed("one", 0, 300, 30, 1);
        MeteredRequest two = streamed("two", 0, 100, 10, 1);

        books.settle(List.of(reading(MODEL, 1000, 4_000_000, 8_000_000, 500, 400, 40, 1)));

        assertThat(one.energy().prefillMicrojoules()).isEqualTo(3_000_000);
        assertThat(two.energy().prefillMicrojoules()).isEqualTo(1_000_000);
        assertThat(one.energy().decodeMicrojoules()).isEqualTo(6_000_000);
        assertThat(two.energy().decodeMicrojoules()).isEqualTo(2_000_000);
        assertThat(one.energy().grams() / two.energy().grams()).isCloseTo(3, within(1e-9));
        assertThat(books.use().idleMicrojoules()).isEqualTo(500);
        assertThat(finished).containsExactlyInAnyOrder(one, two);
    }

    @Test
    void aTokenThatIsWrittenAloneCostsMoreThanOneOfABatch() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest one = streamed("one", -25, 100, 20, 50);
        MeteredRequest two = streamed("two", 475, 100, 10, 50);

        books.settle(List.of(reading(MODEL, 1000, 0, 8_000_000, 0, 200, 30, 1)));

        assertThat(one.energy().decodeMicrojoules()).isEqualTo(6_000_000);
        assertThat(two.energy().decodeMicrojoules()).isEqualTo(2_000_000);
    }

    /** As the daemon's interval stays open while a prompt is read, all of it comes at once, and the end was before. */
    @Test
    void aPromptOfMinutesHasItsEnergyWhetherItEndsOrItsClientLeaves() {
        for (Outcome how : List.of(Outcome.COMPLETED, Outcome.CANCELLED)) {
            EnergyBooks some = new EnergyBooks(finished::add);
            ModelReading before = reading(MODEL, 0, 0, 0, 0, 0, 0, 0);
            some.settle(List.of(before));
            MeteredRequest request = request("long", 100);
            request.work().sent(500_000);
            request.work().streams();
            some.begin(request);
            for (int second = 1; second < 600; second++) {
                some.settle(List.of(before));
            }
            boolean completed = how == Outcome.COMPLETED;
            if (completed) {
                request.work().chunk(599_900);
                request.work().told(599_900, new Usage(100_000, 0, 1));
            }
            request.end(599_900, how);
            int tokens = completed ? 1 : 0;
            some.settle(List.of(
                    reading(MODEL, 600_000, 900_000_000, tokens * 7L, 45_000_000, tokens * 100_000L, tokens, 1)));

            assertThat(request.settlement()).isEqualTo(MeteredRequest.Settlement.SETTLED);
            assertThat(request.energy().prefillMicrojoules()).isEqualTo(900_000_000);
            assertThat(request.energy().decodeMicrojoules()).isEqualTo(tokens * 7L);
            assertThat(some.use().heldMicrojoules()).isZero();
            assertThat(some.use().idleMicrojoules()).isEqualTo(45_000_000);
        }
    }

    @Test
    void atTheEndOfTheBooksAllRequestsAreToldAsFarAsTheyAreKnown() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest booked = request("booked", 0);
        booked.work().sent(100);
        books.begin(booked);
        booked.work().streams();
        for (int i = 0; i < 10; i++) {
            booked.work().chunk(500);
        }
        books.settle(List.of(reading(MODEL, 1000, 0, 1_000_000, 0, 0, 10, 1)));
        MeteredRequest late = request("late", 1500);
        books.begin(late);

        books.close();

        assertThat(finished).containsExactlyInAnyOrder(booked, late);
        assertThat(booked.settlement()).isEqualTo(MeteredRequest.Settlement.PENDING);
        assertThat(late.settlement()).isEqualTo(MeteredRequest.Settlement.UNKNOWN);
        assertThat(books.use().requests().microjoules()).isEqualTo(1_000_000);
    }

    @Test
    void whatWasServedPastTheProxyIsNotTheirs() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest one = streamed("one", 0, 100, 25, 10);

        books.settle(List.of(reading(MODEL, 1000, 4_000_000, 8_000_000, 0, 200, 100, 1)));
        books.settle(List.of(reading(MODEL, 2000, 4_000_000, 8_000_000, 0, 200, 100, 1)));

        assertThat(one.energy())
                .isEqualTo(new EnergyShare(2_000_000, 2_000_000, one.energy().grams()));
        assertThat(books.use().bypass().prefillMicrojoules()).isEqualTo(2_000_000);
        assertThat(books.use().bypass().decodeMicrojoules()).isEqualTo(6_000_000);
        assertThat(books.use().heldMicrojoules()).isZero();
    }

    @Test
    void tokensSeenAWhileBeforeOrAfterTheyAreCountedAreNotTakenForOthers() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            EnergyBooks some = new EnergyBooks(finished::add);
            some.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
            MeteredRequest request = request("r", 0);
            request.work().sent(100);
            request.work().streams();
            some.begin(request);
            long energy = 0;
            for (int interval = 1; interval <= 20; interval++) {
                for (int i = 0; i < 50; i++) {
                    request.work().chunk(interval * 1000L - 500);
                }
                energy += 1 + random.nextInt(1_000_000);
                // The server is ahead of what the proxy sees or behind it, by up to half an interval.
                long tokens = interval * 50L + (interval == 20 ? 0 : random.nextInt(48) - 24 + seed % 3 * 5);
                some.settle(List.of(reading(MODEL, interval * 1000L, 0, energy, 0, 0, Math.max(tokens, 0), interval)));
            }
            request.end(20_000, Outcome.COMPLETED);

            assertThat(some.use().bypass().microjoules()).isZero();
            assertThat(request.energy().decodeMicrojoules() + some.use().heldMicrojoules())
                    .isEqualTo(energy);
        }
    }

    @Test
    void halfOfTheTokensPastTheProxyIsHalfOfTheEnergy() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest request = request("r", 0);
        request.work().sent(100);
        request.work().streams();
        books.begin(request);
        for (int interval = 1; interval <= 100; interval++) {
            for (int i = 0; i < 50; i++) {
                request.work().chunk(interval * 1000L - 500);
            }
            books.settle(List.of(
                    reading(MODEL, interval * 1000L, 0, interval * 1_000_000L, 0, 0, interval * 100L, interval)));
        }
        books.settle(List.of(reading(MODEL, 101_000, 0, 100_000_000, 0, 0, 10_000, 101)));

        assertThat(request.energy().decodeMicrojoules()).isEqualTo(50_000_000);
        assertThat(books.use().bypass().decodeMicrojoules()).isEqualTo(50_000_000);
    }

    @Test
    void theSameIntervalToldAMillisecondOffIsNotAnother() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest request = request("r", 0);
        request.work().sent(100);
        request.work().streams();
        books.begin(request);
        books.settle(List.of(reading(MODEL, 1000, 0, 1_000_000, 0, 0, 5, 1)));
        for (long until = 999; until <= 1002; until++) {
            books.settle(List.of(reading(MODEL, until, 0, 1_000_000, 0, 0, 5, 1)));
        }
        assertThat(books.use().heldMicrojoules()).isEqualTo(1_000_000);
        for (int i = 0; i < 5; i++) {
            request.work().chunk(1100);
        }
        books.settle(List.of(reading(MODEL, 2000, 0, 1_000_000, 7, 0, 5, 1)));

        assertThat(request.energy().decodeMicrojoules()).isEqualTo(1_000_000);
        assertThat(books.use().resets()).isZero();
    }

    @Test
    void whatCameBeforeTheBooksIsUnknown() {
        MeteredRequest before = streamed("before", -500, 10, 10, 10);
        MeteredRequest within = streamed("within", -50, 10, 10, 10);
        MeteredRequest after = streamed("after", 500, 10, 10, 10);

        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        books.settle(List.of(reading(MODEL, 1000, 0, 1000, 0, 0, 15, 0)));

        assertThat(List.of(before, within, after))
                .extracting(MeteredRequest::settlement)
                .containsExactly(
                        MeteredRequest.Settlement.UNKNOWN,
                        MeteredRequest.Settlement.UNKNOWN,
                        MeteredRequest.Settlement.SETTLED);
        assertThat(books.use().unknown()).isEqualTo(2);
    }

    @Test
    void anAnswerInOnePieceIsMeteredByItsTimeUntilItsTokensAreKnown() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest whole = request("whole", 0);
        whole.work().sent(400);
        books.begin(whole);

        books.settle(List.of(reading(MODEL, 1000, 1_000, 5_000_000, 0, 100, 30, 1)));
        assertThat(whole.energy().decodeMicrojoules()).isEqualTo(5_000_000);
        whole.work().told(2000, new Usage(100, 0, 60));
        whole.end(2000, Outcome.COMPLETED);
        books.settle(List.of(reading(MODEL, 2500, 1_000, 9_000_000, 0, 100, 60, 2)));

        assertThat(whole.energy().decodeMicrojoules()).isEqualTo(9_000_000);
        assertThat(books.use().bypass().microjoules()).isZero();
        assertThat(finished).containsExactly(whole);
    }

    @Test
    void aDaemonThatBeginsAnewIsNotBookedTwice() {
        books.settle(List.of(reading(MODEL, 0, 0, 50_000_000, 0, 0, 100, 5)));
        MeteredRequest request = streamed("r", 100, 10, 10, 10);
        books.settle(List.of(reading(MODEL, 1000, 0, 51_000_000, 0, 0, 110, 6)));

        books.settle(List.of(reading(MODEL, 3000, 0, 7_000_000, 0, 0, 10, 1)));
        books.settle(List.of(reading(MODEL, 4000, 0, 8_000_000, 0, 0, 20, 2)));

        assertThat(request.energy().microjoules()).isEqualTo(1_000_000);
        assertThat(books.use().resets()).isEqualTo(1);
        assertThat(books.use().requests().microjoules()).isEqualTo(1_000_000);
    }

    @Test
    void eachModelHasItsOwnBookAndAnUnknownOneHasNone() {
        books.settle(List.of(reading("a", 0, 0, 0, 0, 0, 0, 0), reading("b", 0, 0, 0, 0, 0, 0, 0)));
        MeteredRequest ofA = streamed("a", 0, 10, 10, 10);
        ofA.asksFor("a");
        MeteredRequest ofB = streamed("b", 0, 10, 10, 10);
        ofB.answeredBy("b");
        MeteredRequest ofNone = streamed("c", 0, 10, 10, 10);
        ofNone.asksFor("c");

        books.settle(List.of(reading("a", 1000, 0, 1_000, 0, 0, 10, 1), reading("b", 1000, 0, 2_000, 0, 0, 10, 1)));

        assertThat(ofA.energy().microjoules()).isEqualTo(1_000);
        assertThat(ofB.energy().microjoules()).isEqualTo(2_000);
        assertThat(ofNone.settlement()).isEqualTo(MeteredRequest.Settlement.UNKNOWN);
        assertThat(books.use().unknown()).isEqualTo(1);
    }

    @Test
    void costsAreThoseOfTheNewestIntervals() {
        MeteredRequest request = request("r", 0);
        assertThat(books.costs(request).joules(new Usage(10, 0, 10))).isEmpty();
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        books.settle(List.of(reading(MODEL, 1000, 1_000_000, 8_000_000, 1_000_000, 100, 20, 5)));

        TokenCosts costs = books.costs(request);
        assertThat(costs.joules(new Usage(300, 100, 10)).getAsDouble()).isCloseTo(2 + 4, within(1e-9));
        assertThat(costs.grams(new Usage(300, 100, 10)).getAsDouble()).isCloseTo(3, within(1e-9));
    }

    @Test
    void requestsThatWaitForASilentDaemonAreBounded() {
        books.settle(List.of(reading(MODEL, 0, 0, 0, 0, 0, 0, 0)));
        for (int i = 0; i < EnergyBooks.MOST_WAITING + 5; i++) {
            MeteredRequest request = request("r" + i, i);
            books.begin(request);
            request.end(i, Outcome.COMPLETED);
        }

        books.giveUpOldest();

        assertThat(finished).extracting(request -> request.origin().id()).containsExactly("r0", "r1", "r2", "r3", "r4");
        assertThat(books.use().open()).isEqualTo(EnergyBooks.MOST_WAITING);
    }

    /** One that streams all of its tokens within the first second and tells them. */
    private MeteredRequest streamed(String id, long startMillis, int prompt, int output, int stepMillis) {
        MeteredRequest request = request(id, startMillis);
        request.work().sent(prompt * 5);
        request.work().streams();
        books.begin(request);
        long millis = startMillis;
        for (int i = 0; i < output; i++) {
            millis += stepMillis;
            request.work().chunk(millis);
        }
        Usage usage = new Usage(prompt, 0, output);
        request.work().told(millis, usage);
        books.habits().note(prompt * 5L, millis - startMillis, usage);
        request.end(millis, Outcome.COMPLETED);
        return request;
    }

    private static MeteredRequest request(String id, long startMillis) {
        return new MeteredRequest(
                new MeteredRequest.Origin(id, "t" + id.length() % 3, "/v1/completions", "", startMillis));
    }

    private static ModelReading reading(
            String model, long until, long prefill, long decode, long idle, long prompts, long outputs, double grams) {
        return new ModelReading(model, until, prefill, decode, idle, prompts, outputs, OptionalDouble.of(grams));
    }
}
