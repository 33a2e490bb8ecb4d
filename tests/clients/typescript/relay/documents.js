// Read by the Relay compiler only, which writes what caches.js imports: `npm run relay`.
import { graphql } from "relay-runtime";

graphql`
  query documentsNowQuery {
    me {
      id
      asColleague { id displayName }
      portfolio { id version talents { id strength } }
    }
  }
`;

graphql`
  query documentsMomentsQuery($then: DateTime!, $later: DateTime!) {
    me {
      id
      then: portfolio(asOf: $then) { id version talents { id strength } }
      later: portfolio(asOf: $later) { id version talents { id strength } }
    }
  }
`;

graphql`
  mutation documentsReviseMutation($input: ReviseTalentInput!) {
    reviseTalent(input: $input) {
      command { commandId outcome version }
      talent { id strength }
      portfolio { id version }
    }
  }
`;
