import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HexFormat;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Fetches from Maven Central what a list names, each by its checksum: {@code Fetch LIST FOLDER}. */
public final class Fetch {
    private static final String CENTRAL = "https://repo.maven.apache.org/maven2/";

    private Fetch() {}

    /** Fetches what the folder does not have yet; ends with 1 where something cannot be had. */
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        Path folder = Files.createDirectories(Path.of(arguments[1]));
        trust();
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+");
            Path target = folder.resolve(words[1].substring(words[1].lastIndexOf('/') + 1));
            if (!Files.exists(target) || !sum(Files.readAllBytes(target)).equals(words[0])) {
                fetch(CENTRAL + words[1], words[0], target);
            }
        }
    }

    private static void fetch(String address, String sum, Path target)
            throws IOException, GeneralSecurityException {
        byte[] data = read(address);
        if (!sum(data).equals(sum)) {
            System.err.println(address + ": the checksum is " + sum(data) + ", expected was " + sum);
            System.exit(1);
        }
        Path part = Files.createTempFile(target.getParent(), "part", ".tmp");
        Files.write(part, data);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static byte[] read(String address) throws IOException {
        URLConnection connection = URI.create(address).toURL().openConnection();
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(60_000);
        try (InputStream in = connection.getInputStream()) {
            return in.readAllBytes();
        } catch (IOException error) {
            System.err.println("cannot fetch " + address + ": " + error);
            System.exit(1);
            throw error;
        }
    }

    private static String sum(byte[] data) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    }

    /** Trusts the machine's own certificates, as its other tools do, where there is a bundle of them. */
    private static void trust() throws IOException, GeneralSecurityException {
        String named = System.getenv("SSL_CERT_FILE");
        Path bundle = Path.of(named == null ? "/etc/ssl/certs/ca-certificates.crt" : named);
        if (!Files.isReadable(bundle)) {
            return;
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(bundle)) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("c" + store.size(), each);
            }
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
    }
}
