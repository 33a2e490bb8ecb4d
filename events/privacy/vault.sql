-- The vault's tables. Harmless when they are all there.
CREATE TABLE IF NOT EXISTS vault_keys (
    subject text PRIMARY KEY,
    wrapped bytea -- null: destroyed, and the row is the tombstone
);
CREATE TABLE IF NOT EXISTS vault_persons (
    claim text PRIMARY KEY,
    person text NOT NULL UNIQUE REFERENCES vault_keys (subject)
);
CREATE TABLE IF NOT EXISTS vault_organisation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    organisation text NOT NULL REFERENCES vault_keys (subject)
);
