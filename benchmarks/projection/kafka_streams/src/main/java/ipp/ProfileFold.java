package ipp;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Folds portfolio events into four stores, with the rows of the view `profile` (projections/views/profile).
 *
 * <p>Where the view has an event's place in the log, a key here has its version in the stream: so that an event
 * that is folded twice, as happens after a crash, writes the same rows again.
 */
final class ProfileFold implements Processor<byte[], byte[], Void, Void> {
  static final List<String> STORES = List.of("versions", "standings", "talents", "readings");

  record Sealed(String name, String at, String by, JsonNode data) {}

  record Opened(String language) {}

  record Talent(
      String talent, String name, String name_en, String term, int strength, int energy, int use, String story) {}

  record VersionRow(long version, String at) {}

  record StandingRow(String at, String state, String language) {}

  record TalentRow(
      String talent, String name, String name_en, String term, String claimed_at, String set_aside_at) {}

  record ReadingRow(String talent, String at, int strength, int energy, int use, String story) {}

  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

  private final PersonKeys keys;
  private final Progress progress;
  private ProcessorContext<Void, Void> context;

  private ProfileFold(PersonKeys keys, Progress progress) {
    this.keys = keys;
    this.progress = progress;
  }

  static ProcessorSupplier<byte[], byte[], Void, Void> supplier(Path keys, Progress progress) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], Void, Void> get() {
        try {
          return new ProfileFold(new PersonKeys(keys), progress);
        } catch (Exception error) {
          throw new IllegalStateException(error);
        }
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return STORES.stream()
            .map(Stores::persistentKeyValueStore)
            .map(store -> Stores.keyValueStoreBuilder(store, Serdes.String(), Serdes.ByteArray()))
            .collect(Collectors.toSet());
      }
    };
  }

  @Override
  public void init(ProcessorContext<Void, Void> context) {
    this.context = context;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    progress.begun();
    try {
      List<LogRecord.Write> writes = LogRecord.writes(record.value());
      for (LogRecord.Write write : writes) {
        fold(write);
      }
      progress.folded(writes.size());
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  private void fold(LogRecord.Write write) throws Exception {
    String[] stream = write.stream().split("-");
    if (!stream[0].equals("portfolio")) {
      return; // of an employment the view has teams only, and nobody here joins one
    }
    Sealed event = JSON.readValue(keys.open(stream[1], write.state()), Sealed.class);
    String key = stream[1] + "/" + Long.toHexString(write.version() | Long.MIN_VALUE); // in the order of versions
    put("versions", key, new VersionRow(write.version(), event.at()));
    switch (event.name()) {
      case "portfolio.portfolio-opened.v1" -> {
        Opened opened = JSON.treeToValue(event.data(), Opened.class);
        put("standings", key, new StandingRow(event.at(), "OPEN", opened.language()));
      }
      case "portfolio.talent-claimed.v1" -> {
        Talent it = JSON.treeToValue(event.data(), Talent.class);
        TalentRow row = new TalentRow(it.talent(), it.name(), it.name_en(), it.term(), event.at(), null);
        put("talents", stream[1] + "/" + it.talent(), row);
        putReading(key, event.at(), it);
      }
      case "portfolio.talent-revised.v1" -> putReading(key, event.at(), JSON.treeToValue(event.data(), Talent.class));
      default -> throw new IllegalArgumentException("This benchmark does not fold " + event.name());
    }
  }

  private void putReading(String key, String at, Talent it) throws Exception {
    put("readings", key, new ReadingRow(it.talent(), at, it.strength(), it.energy(), it.use(), it.story()));
  }

  private void put(String store, String key, Object row) throws Exception {
    KeyValueStore<String, byte[]> rows = context.getStateStore(store);
    rows.put(key, JSON.writeValueAsBytes(row));
  }
}
