package io.joulegram.agent.config;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads certificates and private keys in PEM (RFC 7468). Keys may be PKCS#8, or PKCS#1 and SEC 1 as OpenSSL writes them
 * in its older formats. No message holds any part of a key.
 */
final class Pem {
    private static final int MAX_BYTES = 1 << 20;
    /** The bound keeps a file of many certificates from growing without end. */
    private static final int MAX_CERTIFICATES = 1000;

    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";
    private static final Pattern KEY_LABEL = Pattern.compile("(?:RSA |EC |ENCRYPTED )?PRIVATE KEY");
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    private Pem() {}

    private record Block(String label, String content) {
        byte[] bytes() throws BadValueException {
            try {
                return Base64.getMimeDecoder().decode(content);
            } catch (IllegalArgumentException e) {
                throw new BadValueException("is not PEM: the " + label + " is not Base64");
            }
        }
    }

    /** All certificates of a file, in their order; at least one. */
    static List<X509Certificate> certificates(Path file) throws BadValueException {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> certificates = new ArrayList<>();
            for (Block block : blocks(file)) {
                if (block.label().equals("CERTIFICATE") && certificates.size() < MAX_CERTIFICATES) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.bytes())));
                }
            }
            if (certificates.isEmpty()) {
                throw new BadValueException(file + " holds no certificate; allowed: PEM with BEGIN CERTIFICATE");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new BadValueException(file + " holds a certificate that cannot be read: " + e.getMessage());
        }
    }

    /** The one private key of a file, which must be that of a public key. */
    static PrivateKey privateKey(Path file, PublicKey publicKey) throws BadValueException {
        String algorithm = publicKey.getAlgorithm();
        if (!SIGNATURES.containsKey(algorithm)) {
            throw new BadValueException("the certificate has a key of kind " + algorithm + "; allowed: RSA or EC");
        }
        Block block = keyBlock(file);
        byte[] bytes = block.bytes();
        try {
            PrivateKey key = KeyFactory.getInstance(algorithm)
                    .generatePrivate(new PKCS8EncodedKeySpec(
                            block.label().equals("PRIVATE KEY") ? bytes : pkcs8(bytes, publicKey)));
            if (isPair(key, publicKey)) {
                return key;
            }
        } catch (GeneralSecurityException e) {
            throw new BadValueException(
                    file + " holds a key that cannot be read as " + algorithm + ", the kind of the certificate's key");
        }
        throw new BadValueException(file + " holds a key that is not the one of the certificate");
    }

    private static Block keyBlock(Path file) throws BadValueException {
        List<Block> keys = blocks(file).stream()
                .filter(block -> KEY_LABEL.matcher(block.label()).matches())
                .toList();
        if (keys.size() != 1) {
            throw new BadValueException(
                    file + " holds " + keys.size() + " private keys; allowed: PEM with one BEGIN PRIVATE KEY");
        }
        Block key = keys.get(0);
        if (key.label().startsWith("ENCRYPTED") || key.content().contains("ENCRYPTED")) {
            throw new BadValueException(
                    file + " holds an encrypted key; allowed: one that is not, as `openssl pkey -in FILE` writes it");
        }
        return key;
    }

    private static List<Block> blocks(Path file) throws BadValueException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new BadValueException(Unreadable.because(file, e));
        }
        if (bytes.length > MAX_BYTES) {
            throw new BadValueException(file + " is larger than 1 MiB, the most that is read");
        }
        List<Block> blocks = new ArrayList<>();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = 0;
        for (int begin = text.indexOf(BEGIN); begin >= 0; begin = text.indexOf(BEGIN, end)) {
            int labelEnd = text.indexOf(DASHES, begin + BEGIN.length());
            String label = labelEnd < 0 ? "" : text.substring(begin + BEGIN.length(), labelEnd);
            end = text.indexOf("-----END " + label + DASHES, labelEnd);
            if (labelEnd < 0 || end < 0) {
                throw new BadValueException(file + " is not PEM: a block that begins does not end");
            }
            blocks.add(new Block(label, text.substring(labelEnd + DASHES.length(), end)));
        }
        return blocks;
    }

    /**
     * A key in the older formats as PKCS#8 (RFC 5208 section 5): {@code SEQUENCE { INTEGER 0, algorithm, OCTET STRING
     * key }}. The algorithm, with the curve, is that of the public key (RFC 5280 section 4.1: {@code SEQUENCE {
     * algorithm, BIT STRING key }}).
     */
    private static byte[] pkcs8(byte[] key, PublicKey publicKey) {
        byte[] encoded = publicKey.getEncoded();
        int begin = contentOffset(encoded, 0);
        int end = contentOffset(encoded, begin) + length(encoded, begin);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(new byte[] {0x02, 0x01, 0x00});
        content.write(encoded, begin, end - begin);
        content.writeBytes(element(0x04, key));
        return element(0x30, content.toByteArray());
    }

    /** Where the content of the DER element (X.690 section 8.1.3) at an offset begins. */
    private static int contentOffset(byte[] der, int offset) {
        int first = der[offset + 1];
        return offset + 2 + (first >= 0 ? 0 : first & 0x7f);
    }

    private static int length(byte[] der, int offset) {
        int first = der[offset + 1];
        if (first >= 0) {
            return first;
        }
        int length = 0;
        for (int i = 0; i < (first & 0x7f); i++) {
            length = (length << 8) | (der[offset + 2 + i] & 0xff);
        }
        return length;
    }

    private static byte[] element(int tag, byte[] content) {
        ByteArrayOutputStream element = new ByteArrayOutputStream(content.length + 6);
        element.write(tag);
        if (content.length < 0x80) {
            element.write(content.length);
        } else {
            // As few bytes as hold the length, which DER demands.
            int bytes = (39 - Integer.numberOfLeadingZeros(content.length)) / 8;
            element.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                element.write(content.length >>> (8 * i));
            }
        }
        element.writeBytes(content);
        return element.toByteArray();
    }

    private static boolean isPair(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(SIGNATURES.get(publicKey.getAlgorithm()));
        byte[] message = {1};
        signature.initSign(privateKey);
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(message);
        return signature.verify(signed);
    }
}
