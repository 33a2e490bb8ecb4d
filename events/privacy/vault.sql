-- The vault's tables. Harmless when they are all there.
CREATE TABLE IF NOT EXISTS vault_keys (
    subject text PRIMARY KEY,
    wrapped bytea -- null: destroyed, and the row is the tombstone
);
CREATE TABLE IF NOT EXISTS vault_persons (
    claim text PRIMARY KEY,
    person text NOT NULL UNIQUE REFERENCES vault_keys (subject)
);
-- Set while HR has not said who has the number: it was given out again, and until then nobody comes in by it.
ALTER TABLE vault_persons ADD COLUMN IF NOT EXISTS doubted_at timestamptz;
CREATE TABLE IF NOT EXISTS vault_organisation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    organisation text NOT NULL REFERENCES vault_keys (subject)
);
-- Whom a claim named before: a number that HR gave out again. They keep their key, and with it their portfolio.
CREATE TABLE IF NOT EXISTS vault_former_persons (
    person text PRIMARY KEY REFERENCES vault_keys (subject),
    claim text NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT now()
);
