-- The vault: the services alone write. A view worker opens people's keys; a gateway may ask whom a claim names.
REVOKE ALL ON DATABASE vault FROM PUBLIC;
GRANT CONNECT ON DATABASE vault TO ipp_services, ipp_processes, ipp_views, ipp_gateway;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO ipp_services;
GRANT USAGE ON SCHEMA public TO ipp_views, ipp_gateway;

-- Made here and not by the services' first start, so that each table has the readers it is for and no other.
SET ROLE ipp_services;
\i /ipp/vault.sql
GRANT SELECT ON vault_keys TO ipp_views;
GRANT SELECT ON vault_persons TO ipp_gateway;
-- Who was invited to feedback rounds, and how often: for the services and the processes alone. The gateway asks
-- the services, so that nothing it can read says whom a code belongs to.
REVOKE ALL ON vault_invitations, vault_asked, vault_mails, vault_letters, vault_mirror_keys,
    vault_made_releases
    FROM PUBLIC, ipp_views, ipp_gateway;
