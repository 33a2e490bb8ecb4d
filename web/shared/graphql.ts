// Asks the gateway. The token is the request's only credential, never a variable, so no log has it.

export class NoAnswerError extends Error {}

export class RefusedRequestError extends Error {
  constructor(readonly code: string, message: string) {
    super(message);
  }
}

export async function ask<T>(
  query: string,
  options: { token: string; role: string; variables?: Record<string, unknown> },
): Promise<T> {
  let body: { data?: T | null; errors?: { message: string; extensions?: { code?: string } }[] };
  try {
    const answer = await fetch("/graphql", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        Authorization: `Bearer ${options.token}`,
        "IPP-Role": options.role,
      },
      body: JSON.stringify({ query, variables: options.variables ?? {} }),
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
    body = await answer.json();
  } catch {
    throw new NoAnswerError("the gateway did not answer");
  }
  const error = body.errors?.[0];
  if (error) throw new RefusedRequestError(error.extensions?.code ?? "INTERNAL", error.message);
  if (!body.data) throw new NoAnswerError("the answer is empty");
  return body.data;
}
