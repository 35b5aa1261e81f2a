"""Bodies of errors as servers really send them, and what each of them means.

Sources: the vendors' error references, and reports of their users.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from wagtail_llm_actions import errors
from wagtail_llm_actions.errors import (
    AccountDisabled,
    AuthenticationFailed,
    BudgetExceeded,
    ContentFiltered,
    ContextExceeded,
    DailyLimitReached,
    ModelForbidden,
    ModelNotFound,
    ModelUnavailable,
    OutOfCredit,
    Overloaded,
    ProviderError,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RegionNotSupported,
    RequestRejected,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


class Case(NamedTuple):
    kind: type[ProviderError]
    status: int | None
    body: str


def said(message: str, **members: Any) -> str:
    """Return the body of OpenAI and most compatible servers."""
    return json.dumps({"error": {"message": message, **members}})


def anthropic(kind: str, message: str) -> str:
    return json.dumps({"type": "error", "error": {"type": kind, "message": message}})


def google(code: int, status: str, message: str, *details: Any) -> str:
    error = {"code": code, "message": message, "status": status, "details": details}
    return json.dumps([{"error": error}])


def quota(quota_id: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaMetric": "free_tier_requests", "quotaId": quota_id}],
    }


def retry(delay: str) -> dict[str, str]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def openrouter(code: int, raw: object, message: str = "Provider returned error") -> str:
    return said(message, code=code, metadata={"raw": raw, "provider_name": "Owl"})


PLAN = "please check your plan and billing details."
OVER_QUOTA = f"You exceeded your current quota, {PLAN}"
XAI_CREDITS = (
    "Your team 16f2151a has either used all available credits or reached its monthly spending limit."
    " To continue making API requests, please purchase more credits or raise your spending limit."
)

CREDIT = [
    (400, said("Please add a payment method to your account to use the API")),
    (
        412,
        said("Account owl is suspended, possibly due to a spending limit or to pay past invoices."),
    ),
    (400, anthropic("invalid_request_error", "Your credit balance is too low to access the API.")),
    (402, said("Insufficient Balance", type="unknown_error", code="invalid_request_error")),
    (402, said("This request requires more credits, or fewer max_tokens.", code=402)),
    (402, said("Insufficient credits. Add more using the credits page", code=402)),
    (402, ""),
    (403, json.dumps({"code": "permission-denied", "error": XAI_CREDITS})),
    (429, json.dumps({"code": "The system is at capacity", "error": XAI_CREDITS})),
    (403, json.dumps({"error": "You have run out of credits or need a subscription."})),
    (429, said("余额不足或无可用资源包,请充值。", code="1113")),
    (429, said("Insufficient balance or no resource package. Please recharge.", code=1113)),
    (
        400,
        said("Access denied, please make sure your account is in good standing.", code="Arrearage"),
    ),
    (400, json.dumps({"code": "Arrearage", "message": "Access denied."})),
    (429, said("Billing is not active", type="billing_not_active", code="billing_not_active")),
    (400, anthropic("billing_error", "Please update your payment method.")),
    (402, json.dumps({"error": "You have depleted your monthly included credits."})),
    (402, json.dumps({"error": "You have exceeded your monthly included credits. Subscribe."})),
    (403, json.dumps({"code": "INSUFFICIENT_BALANCE", "message": "not enough balance"})),
    (None, json.dumps({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}})),
    (
        403,
        said("用户额度不足, 剩余额度: $0.00", type="new_api_error", code="insufficient_user_quota"),
    ),
    (500, said("litellm.APIError: OpenrouterException - Insufficient credits", code="500")),
    (402, json.dumps({"message": "Payment Required"})),
    (403, google(403, "PERMISSION_DENIED", "Requires billing", {"reason": "BILLING_DISABLED"})),
    (429, said("Your account is suspended due to insufficient balance", type="rate_limited")),
]
QUOTA = [
    (403, json.dumps({"statusCode": 403, "message": "Out of call volume quota. It is back at 7."})),
    (429, json.dumps({"message": "A Trial key is limited to 1000 API calls / month."})),
    (401, said(OVER_QUOTA, type="insufficient_quota", code=401)),
    (429, said(OVER_QUOTA, type="insufficient_quota", code="insufficient_quota")),
    (429, said("Billing hard limit has been reached", code="billing_hard_limit_reached")),
    (429, said(f"Your account org-1 is not active, {PLAN}", type="exceeded_current_quota_error")),
    (403, said("Key limit exceeded (total limit). Manage it in your settings", code=403)),
    (429, json.dumps({"message": "You have exceeded your monthly quota"})),
    (400, anthropic("invalid_request_error", "You have reached your specified API usage limits.")),
    (429, google(429, "RESOURCE_EXHAUSTED", OVER_QUOTA)),
    (
        403,
        said("The free tier of the model has been exhausted.", code="AllocationQuota.FreeTierOnly"),
    ),
    (429, said("Usage limit reached. It resets on Monday.", code="1308")),
    (500, said("litellm.RateLimitError: OpenAIException - " + OVER_QUOTA, code="500")),
    (None, said(OVER_QUOTA, type="insufficient_quota")),
    (429, openrouter(429, said(OVER_QUOTA, code="insufficient_quota"))),
]
BUDGET = [
    (429, said("Usage budget for this API key exhausted")),
    (
        400,
        said("Budget has been exceeded! Current cost: 26.07, Max budget: 0.25", type="auth_error"),
    ),
    (
        429,
        said("ExceededBudget: End User=owl over budget. Spend=0.0008, Budget=0.0001", code="400"),
    ),
    (
        429,
        said("LiteLLM User: owl, exceeded budget for model=m", type="budget_exceeded", code="429"),
    ),
    (429, said("No deployments available - crossed budget: Exceeded budget for deployment owl")),
    (400, json.dumps({"detail": {"error": "ExceededTokenBudget: over budget"}})),
    (400, said("litellm.BadRequestError: OpenAIException - Budget has been exceeded! Team=99c7")),
]
DAY = [
    (
        429,
        anthropic(
            "rate_limit_error", "Number of request tokens has exceeded your daily rate limit"
        ),
    ),
    (
        429,
        said("Rate limit reached for model `m` on tokens per day (TPD): Limit 100000, Used 97050"),
    ),
    (429, said("Rate limit reached for m on requests per day (RPD): Limit 200, Used 200.")),
    (
        429,
        said("Rate limit exceeded: free-models-per-day. Add 10 credits to unlock more", code=429),
    ),
    (429, google(429, "RESOURCE_EXHAUSTED", OVER_QUOTA, quota("GenerateRequestsPerDayPerProject"))),
    (
        429,
        said("Rate limit of 50 per 86400s exceeded for UserByModelByDay.", code="RateLimitReached"),
    ),
    (429, said("每日调用量已达上限", code="1304")),
    (429, json.dumps({"errors": [{"message": "you have used up your daily free allocation"}]})),
    (429, json.dumps({"error_code": 17, "error_msg": "Open api daily request limit reached"})),
    (429, json.dumps({"__type": "x#ThrottlingException", "Message": "Too many tokens per day"})),
]
CONTEXT = [
    (400, said("total tokens (9000) exceed the model's max sequence length 8192")),
    (400, said("Decoder prompt (length 12400) is longer than the maximum model length of 4096.")),
    (400, said("length of prompt_tokens (40000) must be less than max_seq_len (32768).")),
    (400, json.dumps({"message": "Malformed request: expected maxLength: 2048, actual: 12400"})),
    (422, json.dumps({"error": "Input validation: `inputs` must have less than 4096 tokens."})),
    (
        400,
        anthropic(
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000",
        ),
    ),
    (400, said("invalid params, context window exceeds limit")),
    (400, said("This model's maximum context length is 8192 tokens. However, you requested 9000.")),
    (400, said("No.", code="context_length_exceeded", param="messages")),
    (400, said("Your input exceeds the context window of this model.", code="x")),
    (400, said("Invalid 'messages[0].content': string too long.", code="string_above_max_length")),
    (400, anthropic("invalid_request_error", "prompt is too long: 213462 tokens > 200000 maximum")),
    (413, anthropic("request_too_large", "Request exceeds the maximum size")),
    (400, google(400, "INVALID_ARGUMENT", "The input token count (1196265) exceeds the maximum.")),
    (400, json.dumps({"error": "This model's maximum prompt length is 131072 but it has 537812."})),
    (400, said("Please reduce the length of the messages or completion.", type="invalid_request")),
    (413, said("Request too large for model `m` on tokens per minute (TPM): Limit 6000", code="x")),
    (
        429,
        said("Request too large for gpt-4 on tokens per min (TPM): Limit 10000, Requested 12000."),
    ),
    (
        400,
        json.dumps(
            {
                "error": {
                    "code": 400,
                    "message": "the request exceeds the available context size, try increasing it",
                    "type": "exceed_context_size_error",
                    "n_ctx": 4096,
                }
            }
        ),
    ),
    (
        400,
        json.dumps({"error": "Trying to keep the first 111490 tokens when context the overflows."}),
    ),
    (400, json.dumps({"error": "Cannot truncate prompt with n_keep (11378) >= n_ctx (4096)"})),
    (
        400,
        json.dumps({"error": "the prompt is longer than the context length currently available"}),
    ),
    (
        400,
        json.dumps(
            {
                "object": "error",
                "message": "This model's maximum context length is 4096 tokens.",
                "type": "BadRequestError",
                "code": 400,
            }
        ),
    ),
    (
        400,
        json.dumps(
            {"__type": "ValidationException", "message": "Input is too long for requested model."}
        ),
    ),
    (
        400,
        json.dumps(
            {"message": "too many tokens: total number of tokens in the prompt cannot exceed 4081"}
        ),
    ),
    (400, said("Your request exceeded model token limit: 131072 (requested: 140000)")),
    (400, said("Range of input length should be [1, 129024]", code="invalid_parameter_error")),
    (
        422,
        json.dumps(
            {
                "error": "Input validation error: `inputs` tokens + `max_new_tokens` must be"
                " <= 4096. Given: 5000",
                "error_type": "validation",
            }
        ),
    ),
    (400, said("Prompt 超长", code="1261")),
    (413, "<html><head><title>413 Request Entity Too Large</title></head></html>"),
    (None, said("Context size has been exceeded.")),
    (
        400,
        json.dumps(
            {
                "error": {
                    "code": "tokens_limit_reached",
                    "message": "Request body too large for gpt-5 model. Max size: 4000 tokens.",
                }
            }
        ),
    ),
    (
        400,
        said("litellm.ContextWindowExceededError: prompt token count of 200000 exceeds the limit"),
    ),
]
KEY = [
    (401, said("Incorrect API key provided: sk-pr***3456.", code="invalid_api_key")),
    (401, anthropic("authentication_error", "invalid x-api-key")),
    (400, google(400, "INVALID_ARGUMENT", "API key not valid.", {"reason": "API_KEY_INVALID"})),
    (400, json.dumps({"code": "x", "error": "Incorrect API key provided: xa***."})),
    (401, json.dumps({"error": {"message": "No auth credentials found", "code": 401}})),
    (401, said("Authentication Fails, Your api key is invalid", type="authentication_error")),
    (401, json.dumps({"message": "Unauthorized", "request_id": "1"})),
    (401, json.dumps({"detail": "Unauthorized"})),
    (
        403,
        json.dumps({"__type": "UnrecognizedClientException", "message": "The token is invalid."}),
    ),
    (401, json.dumps({"code": "InvalidApiKey", "message": "Invalid API-key provided."})),
    (401, said("令牌已过期或验证不正确", code="1000")),
    (401, json.dumps({"error": "invalid_client", "error_description": "The client is unknown."})),
    (401, json.dumps({"title": "Unauthorized", "status": 401, "detail": "Key expired."})),
    (401, ""),
    (400, said("litellm.AuthenticationError: Invalid API key", type="auth_error", code="400")),
]
FORBIDDEN = [
    (403, said("You are not allowed to sample from this model")),
    (403, json.dumps({"error": "This model is gated. Request access first."})),
    (403, said("The model `owl` is blocked at the organization level. Ask its admin.")),
    (403, json.dumps({"error": "this model requires a subscription, upgrade for access"})),
    (403, said("This model is not enabled for your project.")),
    (403, said("Project `proj_1` does not have access to model `gpt-5`", code="model_not_found")),
    (401, said("key not allowed to access model. It can only access models=['m']", code="401")),
    (403, json.dumps({"code": "AccessDenied.Unpurchased", "message": "Access to model denied."})),
    (
        403,
        json.dumps(
            {
                "__type": "AccessDeniedException",
                "message": "You don't have access to the model with the specified model ID.",
            }
        ),
    ),
    (403, said("Model access denied.", code="Model.AccessDenied")),
    (403, said("Your plan does not include this model.")),
]
DISABLED = [
    (403, google(403, "PERMISSION_DENIED", "Consumer 'api_key:owl' has been suspended.")),
    (400, anthropic("invalid_request_error", "This organization has been disabled.")),
    (401, said("The account has been deactivated.", code="account_deactivated")),
    (
        404,
        said("Your organization must be verified to use the model `o3`.", code="model_not_found"),
    ),
    (403, google(403, "PERMISSION_DENIED", "API is off", {"reason": "SERVICE_DISABLED"})),
    (429, said("您的账户已被锁定", code="1112")),
    (403, said("Your account has been disabled for violating our usage policies")),
]
REGION = [
    (403, said("Access from this country is not permitted")),
    (
        403,
        said(
            "Country, region, or territory not supported",
            code="unsupported_country_region_territory",
        ),
    ),
    (400, google(400, "FAILED_PRECONDITION", "User location is not supported for the API use.")),
    (403, json.dumps({"message": "The model is not available in your region."})),
    (451, ""),
]
FILTERED = [
    (403, said("Your input was flagged for violence. No credits were charged.", code=403)),
    (
        400,
        json.dumps(
            {
                "error": {
                    "code": "content_filter",
                    "message": "The response was filtered",
                    "innererror": {"code": "ResponsibleAIPolicyViolation"},
                }
            }
        ),
    ),
    (400, anthropic("invalid_request_error", "Output blocked by content filtering policy")),
    (400, said("Invalid prompt: your prompt was flagged as violating our usage policy.")),
    (400, said("Content Exists Risk", type="invalid_request_error")),
    (400, json.dumps({"code": "DataInspectionFailed", "message": "Input data may contain it."})),
    (400, said("系统检测到输入或生成内容可能包含不安全或敏感内容", code="1301")),
    (
        403,
        said(
            "Your chosen model requires moderation and your input was flagged for violence",
            code=403,
        ),
    ),
    (
        400,
        said("The request was rejected because it was considered high risk", type="content_filter"),
    ),
    (400, said("No.", code="content_policy_violation")),
    (
        None,
        json.dumps({"base_resp": {"status_code": 1026, "status_msg": "input sensitive content"}}),
    ),
]
MODEL = [
    (
        404,
        google(
            404,
            "NOT_FOUND",
            "Publisher Model `projects/p/models/owl` was not found or your project"
            " does not have access to it.",
        ),
    ),
    (404, said("No allowed providers are available for the selected model.")),
    (
        404,
        said(
            "The model `gpt-9` does not exist or you do not have access to it.",
            code="model_not_found",
        ),
    ),
    (404, anthropic("not_found_error", "model: claude-9")),
    (404, json.dumps({"error": "model 'owl' not found, try pulling it first"})),
    (404, said("The API deployment for this resource does not exist.", code="DeploymentNotFound")),
    (400, said("owl is not a valid model ID", code=400)),
    (400, json.dumps({"message": "The provided model identifier is invalid."})),
    (400, said("litellm.BadRequestError: LLM Provider NOT provided. You passed model=owl")),
    (
        400,
        json.dumps(
            {"message": "Invocation of model ID owl with on-demand throughput isn't supported."}
        ),
    ),
    (404, said("No endpoints found for owl/owl-1.", code=404)),
    (400, said("The model `llama-3.1-70b` has been decommissioned.", code="model_decommissioned")),
    (
        400,
        json.dumps({"object": "error", "message": "Invalid model: owl", "type": "invalid_model"}),
    ),
    (400, said("模型不存在,请检查模型代码。", code="1211")),
    (404, google(404, "NOT_FOUND", "models/gemini-0 is not found for API version v1beta")),
    (404, "404 page not found"),
    (404, json.dumps({"__type": "ResourceNotFoundException", "message": "end of its life"})),
    (404, said("No models loaded. Please load a model first.")),
    (404, json.dumps({"object": "error", "message": "The model `m` does not exist.", "code": 404})),
]
LOADED = [
    (
        503,
        json.dumps({"error": "server busy, please try again. maximum pending requests exceeded"}),
    ),
    (503, said("no available channel for model owl under group default", type="new_api_error")),
    (503, json.dumps({"error": "Model too busy, unable to get response in less than 60 seconds"})),
    (529, anthropic("overloaded_error", "Overloaded")),
    (None, anthropic("overloaded_error", "Overloaded")),
    (503, google(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")),
    (429, said("The engine is currently overloaded", type="engine_overloaded_error")),
    (503, said("Server is busy. Please try again later")),
    (503, said("This model is currently experiencing high demand.")),
    (503, said("owl is currently over capacity. Please try again")),
    (429, said("The system is overloaded", code="1305")),
]
RATE = [
    (429, said("Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000, Used 29000.")),
    (
        429,
        anthropic(
            "rate_limit_error", "This would exceed your rate limit of 50 requests per minute"
        ),
    ),
    (429, google(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")),
    (429, google(429, "RESOURCE_EXHAUSTED", OVER_QUOTA, quota("RequestsPerMinute"), retry("34s"))),
    (429, google(429, "RESOURCE_EXHAUSTED", f"{OVER_QUOTA} Please retry in 34.074824224s.")),
    (
        429,
        json.dumps(
            {
                "__type": "com.amazon.coral#ThrottlingException",
                "message": "Too many tokens, please wait before trying again.",
            }
        ),
    ),
    (429, json.dumps({"message": "Requests rate limit exceeded"})),
    (
        429,
        json.dumps({"code": "Throttling.AllocationQuota", "message": "Allocated quota exceeded"}),
    ),
    (429, said("您当前使用该API的并发数过高", code="1302")),
    (
        429,
        openrouter(429, "owl-1:free is temporarily rate-limited upstream. Please retry shortly."),
    ),
    (
        429,
        said("Requests have exceeded call rate limit. Please retry after 30 seconds.", code="429"),
    ),
    (429, ""),
    (403, said("Rate limit exceeded: free-models-per-min. ", code=429)),
    (400, said("Rate limit exceeded, retry later")),
    (400, said("You exceeded your current rate limit of 20 requests per minute")),
]
REFUSED = [
    (400, anthropic("invalid_request_error", "`max_tokens` must be greater than `budget_tokens`")),
    (400, said("invalid temperature: only 1 is allowed for this model")),
    (400, said("top_k is not permitted for this model")),
    (400, said("For this model, 'xhigh' is not a valid value of reasoning_effort")),
    (400, said("Supported values for this model: access, allowed, permitted")),
    (400, said("Parse error: invalid token at position 3")),
    (
        400,
        anthropic(
            "invalid_request_error",
            "max_tokens: 100000 > 64000, which is the maximum allowed"
            " number of output tokens for this model",
        ),
    ),
    (
        400,
        said(
            'Failed to deserialize: messages[0]: invalid type: string "The daily limit is reached,'
            ' insufficient funds", expected a sequence'
        ),
    ),
    (400, said("Unsupported parameter: 'max_tokens' is not supported with this model.", code="x")),
    (
        400,
        said("max_tokens is too large: 32000. This model supports at most 16384 completion tokens"),
    ),
    (422, json.dumps({"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]})),
    (400, google(400, "INVALID_ARGUMENT", 'Unknown name "reasoning": Cannot find field.')),
    # The prompt, quoted in a message about something else.
    (400, said("Invalid type: expected a list, got 'Our monthly quota is exceeded and no credit'")),
    (422, said("temperature: Input should be less than 2; we are out of credits [rate limit]")),
    (
        422,
        json.dumps(
            {
                "detail": [
                    {
                        "loc": ["body", "messages"],
                        "msg": "Field required",
                        "input": "The account has insufficient credits and a wrong API key",
                    }
                ]
            }
        ),
    ),
    (400, said("Invalid messages[0].content: write about rate limits and 120 beats per minute")),
    (400, said("Could not parse: what the daily limits of sugar mean per day, on an overload")),
    (400, said('messages.0.content: "You exceeded your current quota, said the owl" is no list')),
    (400, said("1 validation error [input_value='prompt is too long', input_type=str]")),
    (400, said("The quota attribute is unknown to this endpoint.", type="invalid_request_error")),
]
BROKEN = [
    (500, said("The server had an error while processing your request.", type="server_error")),
    (502, "<html><head><title>502 Bad Gateway</title></head><body>quota</body></html>"),
    (503, json.dumps({"error": "Model owl is currently loading", "estimated_time": 20.0})),
    (500, anthropic("api_error", "Internal server error")),
    (500, json.dumps({"error": "llama runner process has terminated: signal: killed"})),
]
LATE = [
    (524, "<html><title>owl.example | 524: A timeout occurred</title></html>"),
    (500, said("litellm.Timeout: APITimeoutError - Request timed out.")),
    (504, "<html><head><title>504 Gateway Time-out</title></head></html>"),
    (408, said("Request timed out.")),
    (None, anthropic("timeout_error", "Timed out")),
]

BY_KIND: dict[type[ProviderError], Sequence[tuple[int | None, str]]] = {
    OutOfCredit: CREDIT,
    QuotaExhausted: QUOTA,
    BudgetExceeded: BUDGET,
    DailyLimitReached: DAY,
    ContextExceeded: CONTEXT,
    AuthenticationFailed: KEY,
    ModelForbidden: FORBIDDEN,
    AccountDisabled: DISABLED,
    RegionNotSupported: REGION,
    ContentFiltered: FILTERED,
    ModelNotFound: MODEL,
    Overloaded: LOADED,
    RateLimited: RATE,
    RequestRejected: REFUSED,
    ModelUnavailable: BROKEN,
    ProviderTimeout: LATE,
}
REPORTED = [
    json.loads(line)
    for line in Path(__file__).with_name("reported.jsonl").read_text(encoding="utf-8").splitlines()
]
"""Bodies from reports of users of gateways and servers, one a line."""
CASES = [
    *(Case(kind, status, body) for kind, rows in BY_KIND.items() for status, body in rows),
    *(Case(getattr(errors, row["kind"]), row["status"], row["body"]) for row in REPORTED),
]
