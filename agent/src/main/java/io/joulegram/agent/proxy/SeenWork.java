package io.joulegram.agent.proxy;

/**
 * What the proxy saw of the work of one request in an interval.
 *
 * @param prompt computed prompt tokens, estimated from the size of the request until the server tells them
 * @param output output tokens
 * @param promptSoFar prompt tokens in all, this interval's included
 * @param outputSoFar output tokens in all, this interval's included
 * @param promptCorrection by how much more prompt tokens there were than earlier intervals were told; may be negative
 * @param outputCorrection the same for output tokens
 */
record SeenWork(
        double prompt,
        double output,
        double promptSoFar,
        double outputSoFar,
        double promptCorrection,
        double outputCorrection) {
    static final SeenWork NONE = new SeenWork(0, 0, 0, 0, 0, 0);
}
