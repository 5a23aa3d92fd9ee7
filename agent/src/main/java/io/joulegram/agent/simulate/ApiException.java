package io.joulegram.agent.simulate;

/** A request that is refused, as the API tells it. */
final class ApiException extends Exception {
    private final int status;
    private final String type;

    private ApiException(int status, String type, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, "BadRequestError", message);
    }

    static ApiException noSuchModel(String name, String served) {
        return new ApiException(
                404, "NotFoundError", "The model `" + name + "` does not exist; there is `" + served + "`.");
    }

    static ApiException noSuchPath(String path) {
        return new ApiException(404, "NotFoundError", "There is nothing at " + path);
    }

    static ApiException wrongMethod(String allowed) {
        return new ApiException(405, "MethodNotAllowed", "Use " + allowed);
    }

    static ApiException queueFull(int waiting) {
        return new ApiException(429, "TooManyRequests", waiting + " requests are waiting already: ask again later");
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    String told() {
        return String.valueOf(getMessage());
    }
}
