package io.joulegram.agent.proxy;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Encodes answers; those to HEAD have no body, whatever their headers say of one. Used by one event loop. */
final class AnswerEncoder extends HttpResponseEncoder {
    private boolean toHead;

    /** Whether the next answer is one to HEAD. */
    void answersHead(boolean head) {
        toHead = head;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpResponse response) {
        return toHead || super.isContentAlwaysEmpty(response);
    }
}
