-- The vault: person keys and who a claim names. Only the services write; nothing else of the product lies here.
REVOKE ALL ON DATABASE vault FROM PUBLIC;
GRANT CONNECT ON DATABASE vault TO ipp_services, ipp_views, ipp_gateway;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO ipp_services;
GRANT USAGE ON SCHEMA public TO ipp_views, ipp_gateway;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_services IN SCHEMA public GRANT SELECT ON TABLES TO ipp_views, ipp_gateway;
