package ipp;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;

/** Reads a record of the log (events/log/record.py): a checksum, and entries of which commits have events. */
final class LogRecord {
  private static final int MAGIC = 0x4950504C; // "IPPL"
  private static final int COVERED_AT = 8;
  private static final int BODY_AT = 10;
  private static final int COMMIT = 1;
  private static final int FIELDS_READ = 5;

  record Write(String stream, long version, byte[] state) {}

  private LogRecord() {}

  static List<Write> writes(byte[] record) throws IOException {
    ByteBuffer head = ByteBuffer.wrap(record);
    CRC32C sum = new CRC32C();
    sum.update(record, COVERED_AT, record.length - COVERED_AT);
    if (head.getInt() != MAGIC || head.getInt() != (int) sum.getValue()) {
      throw new IOException("no record of this log, or a damaged one");
    }
    List<Write> found = new ArrayList<>();
    try (MessageUnpacker body =
        MessagePack.newDefaultUnpacker(record, BODY_AT, record.length - BODY_AT)) {
      body.unpackArrayHeader();
      body.skipValue(2); // generation and writer
      for (int entries = body.unpackArrayHeader(); entries > 0; entries--) {
        readEntry(body, found);
      }
    }
    return found;
  }

  private static void readEntry(MessageUnpacker body, List<Write> found) throws IOException {
    int fields = body.unpackArrayHeader();
    if (body.unpackInt() != COMMIT) {
      body.skipValue(fields - 1);
      return;
    }
    body.skipValue(3); // subject, command and commit
    for (int writes = body.unpackArrayHeader(); writes > 0; writes--) {
      body.unpackArrayHeader();
      String stream = body.unpackString();
      long version = body.unpackLong();
      body.skipValue(2); // parent and topic
      found.add(new Write(stream, version, body.readPayload(body.unpackBinaryHeader())));
    }
    body.skipValue(fields - FIELDS_READ);
  }
}
