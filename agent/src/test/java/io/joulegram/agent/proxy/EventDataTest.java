package io.joulegram.agent.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EventDataTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"choices":[{"text":" a","index":0}]}                                 | true
            {"choices":[{"delta":{"content" : "a"}}]}                             | true
            {"choices":[{"delta":{"content":"","reasoning_content":"hm"}}]}       | true
            {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]} | true
            {"type":"response.output_text.delta","delta":"a"}                     | true
            {"choices":[{"delta":{"role":"assistant","content":""}}]}             | false
            {"choices":[{"delta":{"content":null},"finish_reason":"stop"}]}       | false
            {"choices":[],"usage":{"prompt_tokens":1}}                            | false
            {"choices":[{"delta":{"role":"\\"text\\":\\"x"}}]}                    | false
            [DONE]                                                                | false
            """)
    void outputIsFoundWithoutParsing(String data, boolean output) {
        byte[] bytes = data.getBytes(UTF_8);

        assertThat(EventData.holdsOutput(bytes, bytes.length)).isEqualTo(output);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"usage":null}                         | false | 0 | 0 | 0
            {"usage":{"prompt_tokens":7,"completion_tokens":3}} | true | 7 | 0 | 3
            {"usage":{"prompt_tokens":7,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":5}}} | true | 7 | 5 | 3
            {"response":{"usage":{"input_tokens":8,"output_tokens":2,"input_tokens_details":{"cached_tokens":1}}}} | true | 8 | 1 | 2
            {"message":{"usage":{"input_tokens":8,"output_tokens":1}}} | true | 8 | 0 | 1
            {"usage":{"output_tokens":9}}          | true | 4 | 3 | 9
            {"usage":{"prompt_tokens":-7,"completion_tokens":9999999999999}} | true | 0 | 3 | 2147483647
            """)
    void usageIsReadAsEachApiHasIt(String data, boolean usage, long prompt, long cached, long output) {
        byte[] bytes = data.getBytes(UTF_8);

        assertThat(EventData.holdsUsage(bytes, bytes.length)).isEqualTo(usage);
        Optional<Usage> before = usage && (data.contains(":9}") || data.contains("-7"))
                ? Optional.of(new Usage(4, 3, 2))
                : Optional.empty();
        assertThat(AnswerFacts.read(bytes, bytes.length, before).usage())
                .isEqualTo(usage ? Optional.of(new Usage(prompt, cached, output)) : Optional.empty());
    }

    @Test
    void aRequestTellsWhatItsBeginTells() {
        assertThat(facts("{\"messages\":[{\"model\":\"no\"}],\"model\":\"m\",\"stream\":true}"))
                .isEqualTo("m true");
        assertThat(facts("{\"model\":\"m\",\"stream\":true,\"prompt\":\"" + "x".repeat(100_000) + "\"}"))
                .isEqualTo("m true");
        assertThat(facts("{\"model\":7,\"stream\":\"yes\"}")).isEqualTo(" false");
        assertThat(facts("{\"model\":\"m\",")).isEqualTo("m false");
        assertThat(facts("\u0000\u0001[")).isEqualTo(" false");
        assertThat(facts("")).isEqualTo(" false");
    }

    @Test
    void aBodyForWhichNoMemoryIsLeftIsNotLookedAt() {
        String body = "{\"text\":\"" + "x".repeat(3000) + "\",\"model\":\"m\"}";
        Allowance small = new Allowance(2000);
        assertThat(facts(body, small)).isEqualTo(" false");
        assertThat(small.left()).isEqualTo(2000);
        Allowance enough = new Allowance(4096);
        assertThat(facts(body, enough)).isEqualTo("m false");
        assertThat(enough.left()).isEqualTo(4096);
    }

    @Test
    void aBodyThatIsBrokenOffGivesItsMemoryBack() {
        Allowance allowance = new Allowance(4096);
        RequestFacts facts = new RequestFacts(allowance);
        facts.see(Unpooled.wrappedBuffer(new byte[1500]));
        assertThat(allowance.left()).isLessThanOrEqualTo(4096 - 1500);
        facts.close();
        facts.see(Unpooled.wrappedBuffer(new byte[1500]));
        assertThat(allowance.left()).isEqualTo(4096);
    }

    private static String facts(String body) {
        return facts(body, new Allowance(RequestFacts.MAX_BYTES));
    }

    private static String facts(String body, Allowance allowance) {
        RequestFacts facts = new RequestFacts(allowance);
        byte[] bytes = body.getBytes(UTF_8);
        for (int from = 0; from < bytes.length; from += 999) {
            facts.see(Unpooled.wrappedBuffer(bytes, from, Math.min(999, bytes.length - from)));
        }
        facts.end();
        return facts.model() + " " + facts.stream();
    }
}
