package io.joulegram.agent.config;

import java.util.regex.Pattern;

/** Foreign text made fit for a message: short, on one line, without control characters and without a password. */
final class Quoted {
    private static final int MAX_LENGTH = 120;
    private static final Pattern USER_INFO = Pattern.compile("(?<=//)[^/?#]*@");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+");

    private Quoted() {}

    /** In double quotes. */
    static String text(String text) {
        return '"' + inline(text) + '"';
    }

    /** As part of a sentence. */
    static String inline(String text) {
        String bounded = text.length() > 4 * MAX_LENGTH ? text.substring(0, 4 * MAX_LENGTH) : text;
        String clean = UNPRINTABLE
                .matcher(USER_INFO.matcher(bounded).replaceAll("***@"))
                .replaceAll(" ");
        return clean.length() > MAX_LENGTH ? clean.substring(0, MAX_LENGTH) + "..." : clean;
    }
}
