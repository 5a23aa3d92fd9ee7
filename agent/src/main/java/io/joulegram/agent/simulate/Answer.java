package io.joulegram.agent.simulate;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/** Writes the answer to one request: token by token, or whole at the end. Used by the connection's event loop alone. */
final class Answer implements TokenReceiver {
    /** What the connection does for its answer. */
    interface Connection {
        /** Begins a stream of events. */
        void beginStream();

        /** Sends a document. */
        void send(byte[] json);

        /** The answer has been written to its end. */
        void ended();
    }

    private final CompletionRequest request;
    private final Author author;
    private final long requestNumber;
    private final AnswerText text;
    private final ChannelHandlerContext context;
    private final EnginePump pump;
    private final Connection connection;
    private final Sequence sequence;
    private final StringBuilder words = new StringBuilder();

    Answer(
            CompletionRequest request,
            Author author,
            long requestNumber,
            AnswerText text,
            ChannelHandlerContext context,
            EnginePump pump,
            Connection connection) {
        this.request = request;
        this.author = author;
        this.requestNumber = requestNumber;
        this.text = text;
        this.context = context;
        this.pump = pump;
        this.connection = connection;
        sequence = newSequence();
    }

    private Sequence newSequence() {
        long natural = Math.max(request.minTokens(), author.naturalTokens(requestNumber));
        boolean toTheEnd = request.ignoreEos() || natural >= request.maxTokens();
        return new Sequence(
                request.prompt(),
                toTheEnd ? request.maxTokens() : (int) natural,
                toTheEnd ? Finish.LENGTH : Finish.STOP,
                this);
    }

    /** Puts the request into the queue; returns whether that had a place. */
    boolean begin() {
        return pump.submit(sequence);
    }

    /** The client is gone. */
    void abandon() {
        pump.abort(sequence);
    }

    @Override
    public void take(int index, @Nullable Finish finish) {
        if (!context.channel().isActive()) {
            return;
        }
        String word = author.word(requestNumber, index);
        if (request.stream()) {
            stream(index, word, finish);
        } else {
            words.append(word);
            if (finish != null) {
                connection.send(text.whole(words.toString(), sequence));
            }
        }
        if (finish != null) {
            connection.ended();
        }
    }

    private void stream(int index, String word, @Nullable Finish finish) {
        if (!context.channel().isWritable()) {
            // It takes nothing: the rest would only fill memory. The close aborts the request.
            var unused = context.close();
            return;
        }
        if (index == 0) {
            connection.beginStream();
            write(text.begin());
        }
        write(text.token(word, finish == null ? "null" : '"' + finish.label() + '"'));
        if (finish != null) {
            if (request.includeUsage()) {
                write(text.usage(sequence));
            }
            write(AnswerText.end());
            var unused = context.write(LastHttpContent.EMPTY_LAST_CONTENT, context.voidPromise());
        }
        pump.written(context);
    }

    private void write(String event) {
        if (!event.isEmpty()) {
            var unused = context.write(
                    new DefaultHttpContent(ByteBufUtil.writeAscii(context.alloc(), event)), context.voidPromise());
        }
    }
}
