package codegen.runtime;

import java.nio.charset.StandardCharsets;

/**
 * ChaCha20 (RFC 8439) over a whole text, with a key of 32 letters that is used once.
 *
 * <p>The tests' classes lie enciphered beside the program, which would else read what they expect.
 */
public final class Cipher {
    private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    private static final int ROUNDS = 20;

    private Cipher() {}

    /** Enciphers, or deciphers, in place. */
    public static void apply(byte[] data, String key) {
        int[] state = new int[16];
        System.arraycopy(SIGMA, 0, state, 0, 4);
        byte[] letters = key.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 32; i++) {
            state[4 + i / 4] |= (letters[i] & 0xFF) << 8 * (i % 4);
        }
        int[] block = new int[16];
        for (int at = 0; at < data.length; at += 64, state[12]++) {
            fill(block, state);
            for (int i = 0; i < Math.min(64, data.length - at); i++) {
                data[at + i] ^= (byte) (block[i / 4] >>> 8 * (i % 4));
            }
        }
    }

    private static void fill(int[] x, int[] state) {
        System.arraycopy(state, 0, x, 0, 16);
        for (int i = 0; i < ROUNDS; i += 2) {
            quarter(x, 0, 4, 8, 12);
            quarter(x, 1, 5, 9, 13);
            quarter(x, 2, 6, 10, 14);
            quarter(x, 3, 7, 11, 15);
            quarter(x, 0, 5, 10, 15);
            quarter(x, 1, 6, 11, 12);
            quarter(x, 2, 7, 8, 13);
            quarter(x, 3, 4, 9, 14);
        }
        for (int i = 0; i < 16; i++) {
            x[i] += state[i];
        }
    }

    private static void quarter(int[] x, int a, int b, int c, int d) {
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 16);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 12);
        x[a] += x[b];
        x[d] = Integer.rotateLeft(x[d] ^ x[a], 8);
        x[c] += x[d];
        x[b] = Integer.rotateLeft(x[b] ^ x[c], 7);
    }
}
