package io.joulegram.agent.proxy;

import io.joulegram.agent.proxy.MeteredRequest.Outcome;
import io.joulegram.agent.sse.EventStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Meters one request by what passes, which stays as it is unless the client wants it told. Used by one event loop. */
final class MeteredExchange {
    /** Of an answer in one piece so much is kept until its end, so that its headers can tell what it took. */
    static final int MOST_HELD_BYTES = 1 << 18;

    /** Of an event so much is looked at. */
    static final int MAX_EVENT_BYTES = 1 << 16;

    private final MeteredRequest request;
    private final EnergyBooks books;
    private final InstantSource clock;
    private final RequestFacts facts;
    private final boolean adds;
    private @Nullable EventStream events;
    private @Nullable UsageAddition addition;
    private boolean modelKnown;

    /**
     * @param adds whether the client wants to be told in the stream what it took
     * @param bodies what may be kept of the bodies of all requests that are under way
     */
    MeteredExchange(MeteredRequest request, EnergyBooks books, InstantSource clock, boolean adds, Allowance bodies) {
        facts = new RequestFacts(bodies);
        this.request = request;
        this.books = books;
        this.clock = clock;
        this.adds = adds;
    }

    /** Bytes of the body are passed on. */
    void requestBody(ByteBuf bytes) {
        facts.see(bytes);
        request.work().sent(bytes.readableBytes());
    }

    /** The request is passed on to its end. */
    void requestEnds() {
        facts.end();
        request.asksFor(facts.model());
        if (facts.stream()) {
            request.work().streams();
        }
    }

    /**
     * The head of the answer came.
     *
     * @return whether the answer is to be held until its end
     */
    boolean answered(HttpResponse head) {
        request.answered(clock.millis(), head.status().code());
        HttpHeaders headers = head.headers();
        headers.set("joulegram-request-id", request.origin().id());
        String type = headers.get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
        boolean plain = !headers.contains(HttpHeaderNames.CONTENT_ENCODING);
        if (plain && type.startsWith("text/event-stream")) {
            events = new EventStream(MAX_EVENT_BYTES, this::event);
            addition = adds && !HttpUtil.isContentLengthSet(head) ? new UsageAddition(this::addition) : null;
            request.work().streams();
            return false;
        }
        request.work().comesWhole();
        return plain && type.startsWith("application/json") && head.status().equals(HttpResponseStatus.OK);
    }

    /** A piece of a stream passes; gives what the client is to have of it. */
    HttpContent streamed(HttpContent content) {
        EventStream stream = events;
        if (stream != null) {
            stream.see(content.content());
            if (content instanceof LastHttpContent) {
                stream.end();
            }
        }
        UsageAddition adding = addition;
        if (adding == null) {
            return content;
        }
        HttpContent altered = content.replace(adding.pass(content.content(), content instanceof LastHttpContent));
        content.release();
        return altered;
    }

    private Optional<byte[]> addition(byte[] line, int from, int to) {
        byte[] data = Arrays.copyOfRange(line, from, to);
        if (!EventData.holdsUsage(data, data.length) || !EventData.holdsNoChoice(data, data.length)) {
            return Optional.empty();
        }
        Optional<Usage> usage =
                AnswerFacts.read(data, data.length, request.work().usage()).usage();
        return usage.map(known -> Estimate.member(request.origin().id(), Estimate.of(known, books.costs(request))));
    }

    private void event(byte[] data, int length, boolean whole) {
        if (!whole || EventData.holdsOutput(data, length)) {
            request.work().chunk(clock.millis());
        }
        if (whole && (!modelKnown || EventData.holdsUsage(data, length))) {
            modelKnown = true;
            note(AnswerFacts.read(data, length, request.work().usage()));
        }
    }

    /** An answer in one piece is there: notes what it tells and adds what it took, as well as it is known now. */
    void whole(byte[] document, HttpHeaders headers) {
        note(AnswerFacts.read(document, document.length, request.work().usage()));
        request.work()
                .usage()
                .ifPresent(usage ->
                        Estimate.of(usage, books.costs(request)).ifPresent(estimate -> estimate.addTo(headers)));
    }

    private void note(AnswerFacts told) {
        if (!told.model().isEmpty()) {
            request.answeredBy(told.model());
        }
        told.usage().ifPresent(usage -> request.work().told(clock.millis(), usage));
    }

    /** It has ended; further calls change nothing. */
    void end(Outcome outcome) {
        facts.close();
        if (request.outcome() != Outcome.OPEN) {
            return;
        }
        long now = clock.millis();
        if (outcome == Outcome.COMPLETED) {
            request.work()
                    .usage()
                    .ifPresent(usage -> books.habits()
                            .note(
                                    request.work().bodyBytes(),
                                    now - request.origin().startMillis(),
                                    usage));
        }
        request.end(now, outcome);
    }
}
