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
-- Who was invited to a feedback round. `secret` holds the person, sealed; the log has only the invitation's id.
-- `slot` is the random name of the rater's answers in the inbox. Rows are deleted when the round is over.
CREATE TABLE IF NOT EXISTS vault_invitations (
    invitation text PRIMARY KEY,
    round text NOT NULL,
    subject text NOT NULL,
    perspective text NOT NULL,
    slot text NOT NULL UNIQUE,
    token_hash bytea NOT NULL UNIQUE,
    secret bytea NOT NULL,
    created_on date NOT NULL
);
CREATE INDEX IF NOT EXISTS vault_invitations_by_round ON vault_invitations (round);
-- How often somebody was asked in a quarter. `rater_key` is a MAC of person or address under a key of the
-- master key; a row stays when its invitation is forgotten, without the name of it, and is deleted after the quarter.
CREATE TABLE IF NOT EXISTS vault_asked (
    invitation text PRIMARY KEY,
    rater_key bytea NOT NULL,
    quarter text NOT NULL
);
CREATE INDEX IF NOT EXISTS vault_asked_by_rater ON vault_asked (rater_key, quarter);
-- The mails to invited people: one row a mail, deleted with its invitation. `next_at` is when a waiting mail is
-- due, or when the sending of it began.
CREATE TABLE IF NOT EXISTS vault_mails (
    invitation text NOT NULL REFERENCES vault_invitations (invitation) ON DELETE CASCADE,
    kind text NOT NULL,
    number integer NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    next_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    repeats integer NOT NULL DEFAULT 0,
    PRIMARY KEY (invitation, kind, number)
);
CREATE INDEX IF NOT EXISTS vault_mails_by_due ON vault_mails (state, next_at);
-- The letters that were printed for people who get no mail: their codes are not handed out again. A row is deleted
-- with its invitation.
CREATE TABLE IF NOT EXISTS vault_letters (
    invitation text PRIMARY KEY REFERENCES vault_invitations (invitation) ON DELETE CASCADE,
    printed_on date NOT NULL
);
-- The key of a mirror's rows, wrapped by the master key. It is destroyed 30 days after the mirror was released:
-- until then a mirror can be computed again.
CREATE TABLE IF NOT EXISTS vault_mirror_keys (
    round text PRIMARY KEY,
    wrapped bytea NOT NULL,
    destroy_on date NOT NULL
);
-- What was made of a release's cut-off, until the log has it: whatever is tried again has the same bytes, although
-- somebody may be forgotten in between. It holds what the log will hold, in clear.
CREATE TABLE IF NOT EXISTS vault_made_releases (
    cut_off text PRIMARY KEY,
    content bytea NOT NULL
);
