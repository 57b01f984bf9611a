package codegen.runtime;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Seals over a nonce: SHA-256 of nonce, name and outcome, cut to 16 bytes.
 *
 * <p>A nonce is 64 letters, which is one block: what is kept is the state after it, in four numbers
 * on the caller's stack. Nothing of it is in a field, or left in an array.
 */
final class Seal {
    private static final int NONCE_BYTES = 64;
    private static final int[] START = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };
    private static final int[] ROUND = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
    };

    private Seal() {}

    /** Takes the nonce out of a frame; returns the state after it, which the caller has to wipe. */
    static long[] take(byte[] frame) {
        int at = new String(frame, 0, Math.min(frame.length, 16), StandardCharsets.US_ASCII).indexOf(':');
        while (frame[at] != '"') {
            at++;
        }
        int[] state = START.clone();
        absorb(state, frame, at + 1);
        Arrays.fill(frame, at + 1, at + 1 + NONCE_BYTES, (byte) '0');
        long[] packed = new long[4];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (long) state[2 * i] << 32 | state[2 * i + 1] & 0xFFFFFFFFL;
        }
        Arrays.fill(state, 0);
        return packed;
    }

    /** Returns the seal, in hexadecimal digits, of an outcome over the state a, b, c, d. */
    static String of(long a, long b, long c, long d, byte[] said) {
        int[] state = {
            (int) (a >>> 32), (int) a, (int) (b >>> 32), (int) b,
            (int) (c >>> 32), (int) c, (int) (d >>> 32), (int) d
        };
        byte[] padded = Arrays.copyOf(said, (said.length + 9 + 63) / 64 * 64);
        padded[said.length] = (byte) 0x80;
        long bits = 8L * (NONCE_BYTES + said.length);
        for (int i = 0; i < 8; i++) {
            padded[padded.length - 1 - i] = (byte) (bits >>> 8 * i);
        }
        for (int at = 0; at < padded.length; at += 64) {
            absorb(state, padded, at);
        }
        StringBuilder hex = new StringBuilder(32);
        for (int i = 0; i < 4; i++) {
            for (int shift = 28; shift >= 0; shift -= 4) {
                hex.append("0123456789abcdef".charAt(state[i] >>> shift & 0xF));
            }
        }
        Arrays.fill(state, 0);
        return hex.toString();
    }

    /** Does one block of SHA-256 (FIPS 180-4). */
    private static void absorb(int[] state, byte[] data, int at) {
        int[] w = new int[64];
        for (int i = 0; i < 16; i++) {
            int from = at + 4 * i;
            w[i] = data[from] << 24 | (data[from + 1] & 0xFF) << 16 | (data[from + 2] & 0xFF) << 8
                    | data[from + 3] & 0xFF;
        }
        for (int i = 16; i < 64; i++) {
            int early = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >>> 3;
            int late = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >>> 10;
            w[i] = w[i - 16] + early + w[i - 7] + late;
        }
        int[] s = state.clone();
        for (int i = 0; i < 64; i++) {
            int choice = s[4] & s[5] ^ ~s[4] & s[6];
            int first = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) + choice + ROUND[i] + w[i];
            int majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2];
            int second = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) + majority;
            System.arraycopy(s, 0, s, 1, 7);
            s[4] += first;
            s[0] = first + second;
        }
        for (int i = 0; i < 8; i++) {
            state[i] += s[i];
        }
        Arrays.fill(w, 0);
        Arrays.fill(s, 0);
    }

    private static int turned(int word, int by) {
        return Integer.rotateRight(word, by);
    }
}
