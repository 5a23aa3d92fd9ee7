package io.joulegram.agent.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

/** The begin of an answer that waits for its end, so that its headers can tell what it took. Used by one event loop. */
final class HeldAnswer {
    private final HttpResponse head;
    private final List<HttpContent> contents = new ArrayList<>();
    private int size;

    HeldAnswer(HttpResponse head) {
        this.head = head;
    }

    HttpHeaders headers() {
        return head.headers();
    }

    /** Owns the content from now on. */
    void add(HttpContent content) {
        contents.add(content);
        size += content.content().readableBytes();
    }

    /** Bytes of the body so far. */
    int size() {
        return size;
    }

    /** The body so far. */
    byte[] document() {
        byte[] document = new byte[size];
        int at = 0;
        for (HttpContent content : contents) {
            ByteBuf bytes = content.content();
            bytes.getBytes(bytes.readerIndex(), document, at, bytes.readableBytes());
            at += bytes.readableBytes();
        }
        return document;
    }

    /** Lets the client have it. */
    void writeTo(ClientConnection client) {
        client.write(head);
        contents.forEach(client::write);
    }

    /** Nobody will have it. */
    void release() {
        contents.forEach(HttpContent::release);
    }
}
