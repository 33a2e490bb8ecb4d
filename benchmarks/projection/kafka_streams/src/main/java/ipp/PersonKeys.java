package ipp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Opens what is sealed (events/privacy/sealing.py) with keys that are all in memory from the start. */
final class PersonKeys {
  private static final int NONCE_AT = 1;
  private static final int CIPHERTEXT_AT = 13;
  private static final int TAG_BITS = 128;
  private static final int LENGTH_BYTES = 4;

  private final Map<String, SecretKeySpec> keys = new HashMap<>();
  private final Cipher cipher;

  PersonKeys(Path file) throws IOException, GeneralSecurityException {
    cipher = Cipher.getInstance("AES/GCM/NoPadding");
    for (String line : Files.readAllLines(file)) {
      String[] parts = line.split(" ");
      keys.put(parts[0], new SecretKeySpec(HexFormat.of().parseHex(parts[1]), "AES"));
    }
  }

  byte[] open(String subject, byte[] sealed) throws GeneralSecurityException {
    GCMParameterSpec nonce = new GCMParameterSpec(TAG_BITS, sealed, NONCE_AT, CIPHERTEXT_AT - NONCE_AT);
    cipher.init(Cipher.DECRYPT_MODE, keys.get(subject), nonce);
    cipher.updateAAD(sealed, 0, NONCE_AT);
    cipher.updateAAD(subject.getBytes(StandardCharsets.US_ASCII));
    byte[] padded = cipher.doFinal(sealed, CIPHERTEXT_AT, sealed.length - CIPHERTEXT_AT);
    int length = java.nio.ByteBuffer.wrap(padded).getInt();
    return Arrays.copyOfRange(padded, LENGTH_BYTES, LENGTH_BYTES + length);
  }
}
