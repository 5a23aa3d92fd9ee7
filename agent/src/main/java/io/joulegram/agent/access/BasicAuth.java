package io.joulegram.agent.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Checks names and passwords of HTTP's basic authentication (RFC 7617) against bcrypt hashes. Thread-safe.
 *
 * <p>A password that was right once is known again without another hash, so that a scrape each second costs next to
 * nothing; what is kept of it is an HMAC under a key that never leaves this object. Whether a user exists cannot be told
 * from the time it takes to say no: a stranger's password is hashed as well. Hashing is slow by design, so only a few
 * requests may do it at a time, and the others are told to come again; those whose password is known are not held up.
 */
final class BasicAuth {
    /** Of the endpoint's four threads two are left for those who are known. */
    private static final int HASHES_AT_A_TIME = 2;

    private static final int MAX_HEADER_CHARS = 2048;
    private static final String SCHEME = "basic ";
    private static final String HMAC = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final Map<String, String> hashes;
    private final String strangersHash;
    private final SecretKeySpec key;
    private final Map<String, byte[]> proven = new ConcurrentHashMap<>();
    private final Semaphore hashing = new Semaphore(HASHES_AT_A_TIME);

    /** As they were sent: each character is a byte. */
    private record Credentials(String user, String password) {
        byte[] passwordBytes() {
            return password.getBytes(ISO_8859_1);
        }

        /** The name as configurations write it. */
        String userName() {
            return new String(user.getBytes(ISO_8859_1), UTF_8);
        }
    }

    /** @param hashes by user, at least one */
    BasicAuth(Map<String, String> hashes) {
        this.hashes = Map.copyOf(hashes);
        strangersHash = hashes.values().iterator().next();
        byte[] secret = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(secret);
        key = new SecretKeySpec(secret, HMAC);
    }

    /** Decides on the value of a request's Authorization header. */
    Verdict check(Optional<String> authorization) {
        Optional<Credentials> given = authorization.flatMap(BasicAuth::parse);
        return given.isEmpty() ? Verdict.DENIED : check(given.get());
    }

    private static Optional<Credentials> parse(String header) {
        if (header.length() > MAX_HEADER_CHARS || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        byte[] decoded;
        try {
            decoded =
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        String text = new String(decoded, ISO_8859_1);
        int colon = text.indexOf(':');
        return colon < 0
                ? Optional.empty()
                : Optional.of(new Credentials(text.substring(0, colon), text.substring(colon + 1)));
    }

    private Verdict check(Credentials given) {
        String user = given.userName();
        byte[] proof = proof(given);
        byte[] known = proven.get(user);
        if (known != null && MessageDigest.isEqual(known, proof)) {
            return Verdict.GRANTED;
        }
        if (!hashing.tryAcquire()) {
            return Verdict.BUSY;
        }
        try {
            String hash = hashes.get(user);
            boolean right = isRight(given.passwordBytes(), hash == null ? strangersHash : hash) && hash != null;
            if (right) {
                proven.put(user, proof);
            }
            return right ? Verdict.GRANTED : Verdict.DENIED;
        } finally {
            hashing.release();
        }
    }

    /** Longer passwords count by their first 72 bytes, as {@code htpasswd} has them. */
    private static boolean isRight(byte[] password, String hash) {
        return BCrypt.verifyer(BCrypt.Version.VERSION_2A, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A))
                .verify(password, hash.getBytes(UTF_8))
                .verified;
    }

    private byte[] proof(Credentials given) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update(given.user().getBytes(ISO_8859_1));
            mac.update((byte) ':');
            return mac.doFinal(given.passwordBytes());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + HMAC, e);
        }
    }
}
