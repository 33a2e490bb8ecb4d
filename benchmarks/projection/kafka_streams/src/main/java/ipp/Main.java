package ipp;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * Folds a topic from its first record, once for each line of standard input: the id of a new application.
 *
 * <p>Several folds in one process, so that only the first has to wait for the JVM to compile itself.
 */
public final class Main {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Main() {}

  /** Arguments: broker, topic, number of events, file of keys, folder for state and rows. */
  public static void main(String[] args) throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String id = input.readLine(); id != null; id = input.readLine()) {
      fold(id, args[0], args[1], Long.parseLong(args[2]), Path.of(args[3]), Path.of(args[4]));
    }
  }

  private static void fold(String id, String broker, String topic, long total, Path keys, Path folder)
      throws Exception {
    Progress progress = new Progress(total);
    Topology topology = new Topology();
    topology.addSource("log", new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic);
    topology.addProcessor("fold", ProfileFold.supplier(keys, progress), "log");
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, broker);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
    try (KafkaStreams streams = new KafkaStreams(topology, settings)) {
      streams.setUncaughtExceptionHandler(
          error -> {
            error.printStackTrace();
            Runtime.getRuntime().halt(1); // the benchmark that waits for a line sees the end of the process
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
          });
      streams.start();
      progress.await();
      dump(streams, folder.resolve(id + ".rows"));
      Progress.print("dumped");
    }
    Progress.print("closed"); // what was folded last is in the changelog, and its offset committed
  }

  private static void dump(KafkaStreams streams, Path file) throws Exception {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (String store : ProfileFold.STORES) {
        var query = StoreQueryParameters.fromNameAndType(store, QueryableStoreTypes.<String, byte[]>keyValueStore());
        try (KeyValueIterator<String, byte[]> rows = streams.store(query).all()) {
          while (rows.hasNext()) {
            var row = rows.next();
            out.write(JSON.writeValueAsString(Map.of("table", store, "key", row.key, "row", JSON.readTree(row.value))));
            out.newLine();
          }
        }
      }
    }
  }
}
