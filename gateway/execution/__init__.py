"""Executes GraphQL operations: graphql-core's executor, with what a document always does decided once."""
