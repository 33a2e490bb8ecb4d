"""Answers to requests that were not executed, or failed outside of any field."""

import json
from collections.abc import Mapping

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response

from gateway.context import RequestRefusedError
from gateway.errors import ErrorCode, error_document
from gateway.http.media_types import media_type_or_default
from gateway.limits.allowance import OverAllowanceError
from gateway.masking import masked_error


def over_allowance(refused: OverAllowanceError) -> RequestRefusedError:
    headers = {"Retry-After": str(refused.wait_s)}
    return RequestRefusedError(429, ErrorCode.LIMIT_EXCEEDED, refused.message, headers=headers)


def failure(request: Request, error: Exception) -> Response:
    """Return the answer for an error outside of any field, masked as errors of fields are."""
    masked = masked_error(GraphQLError("", original_error=error))
    body = json.dumps({"errors": [masked.formatted]}, ensure_ascii=False)
    unavailable = (masked.extensions or {}).get("code") == ErrorCode.UNAVAILABLE
    return Response(body, status_code=503 if unavailable else 500, media_type=media_type_or_default(request))


def refusal(request: Request, refused: RequestRefusedError) -> Response:
    media_type = media_type_or_default(request)
    body = json.dumps(error_document(refused.code, refused.message), ensure_ascii=False)
    headers: Mapping[str, str] = refused.headers
    return Response(body, status_code=refused.status, media_type=media_type, headers=dict(headers))
