"""
The log: an append-only sequence of records in partitions, on Kafka or on a table. All events come from it.

A process appends commits. The journal worker reads the records in order, applies the acceptance rule, writes
the accepted events to the journal's tables, and sends each verdict to the process that waits for it. Whatever
reads events reads the journal, never the log.

Code outside uses:

- `assembly` with a `config.LogConfig`: to create a log and open its parts;
- `recorder`: to append and read;
- `outcomes` and `acceptance.Outcome`: for the ways an append can end;
- `port`: for the errors of a log that is away or gone;
- `inbox.inbox`: to hand in to an inbox, and to close a round in it;
- `journal.reader`, `journal.worker`, `journal.verify`: to read, make and check the journal;
- `factory`: as PERSISTENCE_MODULE of the `eventsourcing` library.

All other modules belong to the log alone.
"""
