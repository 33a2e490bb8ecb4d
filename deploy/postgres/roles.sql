-- One role for each kind of process, each with the least it needs in the database of journal and views.
-- Passwords come from the environment: as arguments of psql, every process of the machine could see them.
\getenv journal IPP_JOURNAL_PASSWORD
\getenv views IPP_VIEWS_PASSWORD
\getenv services IPP_SERVICES_PASSWORD
\getenv processes IPP_PROCESSES_PASSWORD
\getenv gateway IPP_GATEWAY_PASSWORD
CREATE ROLE ipp_journal LOGIN PASSWORD :'journal';
CREATE ROLE ipp_views LOGIN PASSWORD :'views';
CREATE ROLE ipp_services LOGIN PASSWORD :'services';
-- The processes give commands as the services do, and read the views to know what is due.
CREATE ROLE ipp_processes LOGIN PASSWORD :'processes' IN ROLE ipp_services;
CREATE ROLE ipp_gateway LOGIN PASSWORD :'gateway';

REVOKE ALL ON DATABASE ipp FROM PUBLIC;
GRANT CONNECT ON DATABASE ipp TO ipp_journal, ipp_views, ipp_services, ipp_processes, ipp_gateway;
-- Views are built in schemas that their worker creates.
GRANT CREATE ON DATABASE ipp TO ipp_journal, ipp_views;

-- The journal: written by its worker alone. The services load aggregates from it, the view workers fold it.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO ipp_journal;
GRANT USAGE ON SCHEMA public TO ipp_views, ipp_services;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_journal IN SCHEMA public GRANT SELECT ON TABLES TO ipp_views, ipp_services;

-- Leases: the first worker to start makes the tables, and both kinds of workers use them.
CREATE SCHEMA leases;
GRANT USAGE, CREATE ON SCHEMA leases TO ipp_journal, ipp_views;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_journal IN SCHEMA leases GRANT ALL ON TABLES TO ipp_views;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_views IN SCHEMA leases GRANT ALL ON TABLES TO ipp_journal;

-- Views: the gateway and the processes read them.
CREATE SCHEMA views AUTHORIZATION ipp_views;
GRANT USAGE ON SCHEMA views TO ipp_gateway, ipp_processes;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_views IN SCHEMA views GRANT SELECT ON TABLES TO ipp_gateway, ipp_processes;

-- The read log, which is not derived: the gateway adds lines and reads them, and can change or remove none. The
-- processes make room for the months ahead and drop old ones.
CREATE SCHEMA read_log AUTHORIZATION ipp_processes;
GRANT USAGE ON SCHEMA read_log TO ipp_gateway;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_processes IN SCHEMA read_log GRANT SELECT, INSERT ON TABLES TO ipp_gateway;

-- What the last checks found: of the log, written by the processes once a day, and by anybody who runs `verify` as the
-- journal's role; of the views, by anybody who runs `verify` as their role. The services show it to auditors.
CREATE SCHEMA checks;
GRANT USAGE, CREATE ON SCHEMA checks TO ipp_journal, ipp_processes, ipp_views;
GRANT USAGE ON SCHEMA checks TO ipp_services;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_processes IN SCHEMA checks GRANT ALL ON TABLES TO ipp_journal;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_journal IN SCHEMA checks GRANT ALL ON TABLES TO ipp_processes;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_processes IN SCHEMA checks GRANT SELECT ON TABLES TO ipp_services;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_journal IN SCHEMA checks GRANT SELECT ON TABLES TO ipp_services;
ALTER DEFAULT PRIVILEGES FOR ROLE ipp_views IN SCHEMA checks GRANT SELECT ON TABLES TO ipp_services;
