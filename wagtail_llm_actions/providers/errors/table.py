"""The table of what servers' error codes and words mean; ``classify`` says how it is read.

To recognize one more error, add its code or its words to a row, and the body to the corpus in
``tests/providers/errors/bodies.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

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
)

if TYPE_CHECKING:
    from collections.abc import Iterable

ErrorClass: TypeAlias = type[ProviderError]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One meaning, and how it is told."""

    kind: ErrorClass
    codes: str = ""
    """Separated by spaces; case, ``_``, ``-`` and ``.`` do not matter. They mean one thing only."""
    words: tuple[str, ...] = ()
    """Regular expressions for whole words of the message; case does not matter."""
    broad_codes: str = ""
    """Codes that other rows' words explain better."""
    code_set: frozenset[str] = field(init=False)
    broad_set: frozenset[str] = field(init=False)
    pattern: re.Pattern[str] | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code_set", plain(self.codes.split()))
        object.__setattr__(self, "broad_set", plain(self.broad_codes.split()))
        joined = "|".join(self.words)
        pattern = re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE) if joined else None
        object.__setattr__(self, "pattern", pattern)


def plain(codes: Iterable[str]) -> frozenset[str]:
    """Return codes without case and punctuation, namespaces (AWS) and trailing addresses."""
    last = (code.partition("://")[0].rpartition("#")[2] for code in codes)
    return frozenset(re.sub(r"[^a-z0-9]|:https?$", "", code.lower()) for code in last)


# Sources: the error references of the vendors, and reports of their users.
ROWS = (
    Row(
        kind=BudgetExceeded,  # LiteLLM
        codes="budget_exceeded BudgetExceededError budget_limit",
        words=(
            r"budget (?:has been |is |was |limit )?(?:exceeded|reached|exhausted|used up)",
            r"budget\b.{0,30}\b(?:exceeded|exhausted|used up)",
            r"(?:exceeded|crossed|over|out of) ?(?:\w+ )?budget|Exceeded\w*Budget|crossed spend",
        ),
    ),
    Row(
        kind=DailyLimitReached,  # Groq, Google, OpenRouter, Cloudflare, Zhipu, Baidu
        codes="1304 daily_limit_exceeded UserByModelByDay",
        words=(
            r"(?:requests?|tokens?|quota|limits?|calls|neurons)\b.{0,60}\b(?:per[ _-]?day|RPD|TPD|a day)",
            r"\w*PerDay\w*|[\w-]+[_-]per[_-]day\w*|\w*ByDay\w*",
            r"daily (?:\w+ ){0,3}(?:limits?|quota|allocation|allowance)",
        ),
    ),
    Row(
        kind=OutOfCredit,
        # Anthropic, OpenAI, DeepSeek, Moonshot, DashScope, Zhipu, new-api, Google
        codes="""billing_error billing_not_active insufficient_balance insufficient_credits
            insufficient_credit insufficient_funds insufficient_user_quota payment_required
            Arrearage InsufficientBalanceError BILLING_DISABLED 1113 credit_balance_too_low
            account_overdue AccountOverdueError credit_limit_exceeded
            pre_consume_token_quota_failed""",
        words=(
            r"credit balance (?:is )?too low",
            r"(?:insufficient|inadequate|not (?:have )?enough|no|zero|out of|run out of) "
            r"(?:\w+ ){0,2}(?:credits?|balance|funds)(?! (?:were|was|will be) )",
            r"(?:balance|funds|credits?) (?:is|are|has been|have been)? ?"
            r"(?:insufficient|not enough|too low|exhausted|depleted|used up|negative)",
            r"subscription or (?:\w+ )?credits|requires (?:at least )?(?:\$?\d+ )?more credits|credit limit (?:has been )?(?:exceeded|reached)",
            r"(?:do(?:es)? ?n[o']?t|do(?:es)? not) have (?:any|enough) (?:\w+ )?credits?",
            r"used (?:up )?all (?:of )?(?:your |its )?(?:available )?credits|account (?:\S+ )?is not active",
            r"exceeded your (?:\w+ )?(?:\w+ )?credits|depleted your (?:\w+ ){0,2}credits",
            r"account (?:is )?(?:in arrears|overdue)|(?:in )?good standing|overdue (?:payment|balance|bill)s?",
            r"add (?:a|your) (?:\w+ )?(?:payment method|credit card)|(?:past|unpaid) (?:due|invoices?|bills?)",
            r"payment (?:is )?required|negative balance|billing (?:is )?not (?:active|enabled)",
            r"\S*余额不足\S*|\S*欠费\S*",
        ),
    ),
    Row(
        kind=ContextExceeded,
        codes="""context_length_exceeded string_above_max_length exceed_context_size_error
            context_window_exceeded ContextWindowExceededError request_too_large prompt_too_long
            tokens_limit_reached 1261 BadRequest.TooLarge model_context_window_exceeded
            input_too_long max_context_length_exceeded""",
        words=(
            r"(?:prompt|input|request|messages?|text)(?: \w+| \([^)]*\))? (?:is|are) too (?:long|large)",
            r"(?:request|prompt|input|payload)(?: entity| body)? too (?:large|long)",
            r"(?:maximum|max|model'?s) (?:allowed |input |supported )?(?:context|prompt|input)"
            r"(?: length| size| window| token)",
            r"(?:exceed\w*|longer than|greater than|larger than|overflow\w*|beyond|above)\b.{0,60}"
            r"\bcontext(?: length| size| window| limit)?",
            r"context(?: length| size| window)?\b.{0,60}\b(?:exceed\w*|overflow\w*|not enough|too (?:small|long))",
            r"n_keep\b.{0,30}\bn_ctx",
            r"number of input tokens\b.{0,30}\bexceed|(?:input )?token count\b.{0,40}\bexceeds",
            r"(?:exceed\w*|longer than) (?:the )?(?:model|maximum|max)(?:'s)? (?:\w+ ){0,2}"
            r"(?:token limit|number of tokens|length|limit of)",
            r"(?:prompt |context |input )?token limit exceeded(?=:)|maximum sequence length"
            r"|fits? within (?:\S+ ){0,4}token window",
            r"(?:max_total_tokens|max_seq_len|max_model_len|maxLength)\b.{0,40}\b(?:exceeded|actual)",
            r"(?:inputs|prompt_tokens|input_tokens)\b.{0,40}\bmust (?:have|be) (?:less|fewer|smaller) than",
            r"(?:total )?number of tokens in the (?:prompt|input|messages)\b.{0,40}\b(?:exceed|over)",
            # Anthropic advises it beside waiting, of a limit per minute.
            r"reduce (?:the length of )?(?:your |the )?(?:messages?|prompt|input)(?: size| length)?"
            r"(?!.{0,80}\btry again later)",
            r"input (?:or|and) output tokens must be reduced",
            r"too many (?:input |prompt )?tokens(?!,? (?:per|please|wait|a )\b)",
            r"`?inputs?`? tokens? \+ `?max_new_tokens`? must be",
            r"range of input length|input length\b.{0,40}\bexceeds?",
            r"messages\S*: string too long",
            r"(?:input )?tokens? exceeds?(?: the)? (?:configured )?limit|exceeds? max(?:imum)? message tokens",
            # What is left for the answer, where the prompt fills the context of an older vLLM.
            r"max_tokens must be at least 1, got -\d+",
        ),
    ),
    Row(
        kind=RateLimited,
        codes="1302 1303 Throttling.RateQuota Throttling.BurstRate Throttling.AllocationQuota",
        words=(
            r"per[ _-]?(?:minute|second)\w*|\w*Per(?:Minute|Second)\w*|[\w-]+_per_(?:minute|second)\w*",
            r"RPM|TPM|QPS|requests?/min(?:ute)?",
        ),
        broad_codes="""rate_limit_exceeded rate_limit_error rate_limited RateLimitReached
            too_many_requests TooManyRequests Throttling ThrottlingException RESOURCE_EXHAUSTED
            rate_limit_reached_error RateLimitError requests tokens
            ServiceQuotaExceededException""",
    ),
    Row(
        kind=AccountDisabled,
        codes="""account_deactivated account_disabled account_suspended organization_on_hold
            organization_disabled organization_deactivated SERVICE_DISABLED CONSUMER_SUSPENDED
            access_terminated
            1110 1112 consumer_suspended""",
        words=(
            r"(?:accounts?|organi[sz]ation|workspace|team|project|user|consumer)\b.{0,50}\b(?:been|is|was) "
            r"(?:deactivated|disabled|suspended|locked|blocked|on hold|banned|terminated|inactive|frozen)",
            r"(?:account|organi[sz]ation) (?:deactivated|suspended|disabled|locked)",
            r"account\b.{0,30}\b(?:been|is|was) (?:temporarily )?(?:flagged|restricted)|\S*封禁\S*",
            r"access (?:has been|is|was) (?:terminated|revoked|suspended)",
            r"(?:account|organi[sz]ation|project) (?:has been|is|was) denied access",
            # Amazon Bedrock, of an account that it has not cleared yet.
            r"^operation not allowed\.?$",
            r"(?:must|needs? to) be verified|verify your (?:organi[sz]ation|account|phone|identity)",
        ),
    ),
    Row(
        kind=RegionNotSupported,
        codes="unsupported_country_region_territory unsupported_region unsupported_country",
        words=(
            r"(?:country|region|territory|location)\b.{0,30}\b(?:not (?:supported|allowed|available|permitted)|unsupported)",
            r"(?:not (?:supported|available|offered|allowed|permitted)|unavailable|unsupported)\b.{0,40}"
            r"\b(?:country|countries|regions?|territory|territories|location)",
        ),
    ),
    Row(
        kind=ContentFiltered,
        codes="""content_filter content_policy_violation content_filter_error
            ContentPolicyViolationError ResponsibleAIPolicyViolation DataInspectionFailed
            data_inspection_failed 1301 moderation_blocked invalid_prompt content_moderation
            sensitive_words_detected PROHIBITED_CONTENT guardrail_violation""",
        words=(
            r"content (?:\w+ )?polic(?:y|ies)|usage polic(?:y|ies)|acceptable use policy",
            r"content exists risk|inappropriate content|unsafe or sensitive|sensitive content",
            r"(?:input|prompt|request|content|output|response)\b.{0,40}\b(?:flagged"
            r"|considered high risk|blocked by (?:our |the )?(?:content|safety|moderation))",
            r"PROHIBITED_CONTENT|blocked due to (?:\w+ ){0,3}polic(?:y|ies)",
            r"safety (?:system|filters?|settings)|content filter(?:s|ing)?|for safety reasons",
            r"violat\w+ (?:\w+ ){0,2}guardrails?|guardrails? polic(?:y|ies)",
            r"guardrails? (?:intervened|blocked|checks\b.{0,40}\bfailed)|violates (?:\w+ ){0,2}guidelines",
            r"\S*敏感\S*|不安全\S*",
        ),
    ),
    Row(
        kind=ModelNotFound,
        codes="""DeploymentNotFound model_not_exist model_decommissioned 1211 1221
            InvalidEndpointOrModel.NotFound unknown_model invalid_model model_not_supported
            model_not_available""",
        words=(
            r"models?\b.{0,100}\b(?:not found|does ?n[o']t exist|doesn't exist|not exist"
            r"|decommissioned|(?:not |un)loaded|not supported by (?:any |\w+ )?provider|no longer (?:available|supported)|has been (?:deprecated|removed|retired)"
            r"|end of (?:its )?life)",
            r"(?:no such|unknown|invalid|unrecognized|not a valid) model(?: (?:name|id|identifier))?",
            r"model (?:name |id |identifier )?is (?:invalid|unknown|not valid)|LLM Provider NOT provided",
            r"on-demand throughput isn.t supported",
            r"models? ['\"`]?[\w./:-]+['\"`]? (?:has been|was) (?:removed|retired|sunset)",
            r"no endpoints found|try pulling it|no models? (?:is |are )?loaded",
            r"deployment\b.{0,80}\b(?:does not exist|not found)",
            r"模型不存在\S*",
        ),
    ),
    Row(
        kind=ModelForbidden,
        codes="""model_access_denied Model.AccessDenied AccessDenied.Unpurchased
            key_model_access_denied team_model_access_denied 1220 access_terminated_error""",
        words=(
            r"(?:not|\w+n\Wt|no|cannot|without)(?: \w+){0,2} access(?: to)?\b.{0,60}\bmodels?",
            r"(?:not|\w+n\Wt) (?:allowed|permitted|authorized|entitled|eligible) to (?:access|use|call|invoke|sample)"
            r"\b.{0,40}\bmodels?",
            r"(?:access to (?:the )?model|model access) (?:is |was )?denied|eligible for using the model",
            r"models?\b.{0,60}\bnot (?:allowed|permitted|authorized|enabled) (?:for|in|on|by) "
            r"(?:your|this|the) (?:\w+ )?(?:key|account|team|project|organi[sz]ation|user|plan)",
            r"model\b.{0,60}\b(?:gated|blocked|disabled) (?:at|by|for) (?:the|your) (?:organi[sz]ation|project|account)",
            r"model use case details have not been submitted|access to this model requires",
            r"model is gated|gated (?:model|repo)|\S*无权\S*模型\S*|not authorized to perform:? bedrock:\w+",
            r"(?:not|\w+n\Wt) have (?:the )?permissions? to (?:access|use|call|invoke|query)\b.{0,40}\bmodels?",
            r"model\b.{0,60}\bnot available (?:on|in|for|with) your (?:\w+ )?(?:plan|subscription|tier|account)",
            r"model\b.{0,60}\brequires (?:a |an )?(?:\w+ )?(?:subscription|plan|access)",
            r"(?:subscription|plan|tier)\b.{0,60}\b(?:not|doesn't) (?:include|support|have)\b.{0,30}\bmodel",
        ),
        broad_codes="AccessDeniedException",
    ),
    Row(
        kind=QuotaExhausted,
        codes="""insufficient_quota billing_hard_limit_reached exceeded_current_quota_error
            contract_spend_limit_reached enforced_spend_limit_reached AllocationQuota.FreeTierOnly
            1308 1310 usage_limit_reached usage_limit_exceeded spend_limit_exceeded
            token_quota_reached""",
        words=(
            r"exceeded (?:your|its|the) (?:\w+ ){0,2}(?:quota|usage limits?)",
            r"quota (?:\w+ ){0,4}(?:has been |is |was )?(?:exceeded|exhausted|reached|used up)|out of (?:\w+ ){0,3}quota",
            r"(?:monthly|weekly|spend|spending|usage|hard|billing|key|credit) (?:\w+ )?(?:limits?|cap|quota)\b"
            r".{0,30}\b(?:reached|exceeded|exhausted|hit)",
            r"(?:reached|exceeded|hit)\b.{0,40}\b(?:usage|spend|spending|monthly|weekly|billing) (?:\w+ )?"
            r"(?:limits?|cap|quota)",
            r"free (?:tier|quota|allocated quota|trial)\b.{0,60}\b(?:exhausted|exceeded|used up|ended)",
            r"limited to \d+ (?:API )?calls ?/ ?month|\S*额度\S*",
        ),
        broad_codes="quota_exceeded QuotaExceeded",
    ),
    Row(
        kind=AuthenticationFailed,
        codes="""invalid_api_key API_KEY_INVALID InvalidApiKey incorrect_api_key_error
            invalid_authentication_error UnrecognizedClientException ExpiredTokenException
            InvalidSignatureException MissingAuthenticationToken UNAUTHENTICATED expired_api_key
            invalid_key token_not_found_in_db 1000 1001 1003 1004""",
        words=(
            r"(?:invalid|incorrect|wrong|missing|expired|revoked|unknown|malformed|no) (?:\w+ )?(?:x-)?api[ _-]?key\w*",
            r"api[ _-]?key\b.{0,40}\b(?:not valid|invalid|wrong|expired|not found|incorrect|leaked"
            r"|revoked|disabled|not provided|required)",
            r"(?:invalid|expired|missing) (?:\w+ )?(?:(?:bearer|access|auth(?:entication)?) token|credentials)",
            r"token (?:has |is )?expired|valid api[ _-]?key",
            r"authentication (?:failed|fails|error|required)|invalid authentication|unauthenticated",
            r"no (?:auth|authentication) credentials found|(?:invalid|incorrect) username or password",
        ),
        broad_codes="authentication_error unauthorized invalid_token auth_error",
    ),
    Row(
        kind=ModelUnavailable,  # LM Studio, which answers with 400
        words=(
            r"failed to load (?:the )?model|error loading model",
            r"model load(?:ing)? (?:was |has )?(?:aborted|failed)",
        ),
    ),
    Row(
        kind=Overloaded,
        codes="""overloaded_error engine_overloaded_error 1305 model_overloaded slow_down overloaded
            queue_exceeded""",
        words=(
            r"(?:is |are |currently |temporarily )?overload(?:ed)?|over capacity|capacity (?:temporarily )?exceeded",
            r"(?:at|no|insufficient|limited) (?:\w+ )?capacity|(?:high|heavy) (?:demand|load|traffic)",
            r"queue (?:is )?full|too many connections|reset reason: overflow",
            r"(?:server|service|model|system) is (?:currently )?(?:too )?busy|model too busy",
            r"server busy|(?:maximum|too many) pending requests|no available channel",
            r"no (?:instances|slots|workers|replicas) (?:are )?available",
        ),
    ),
    Row(
        kind=RateLimited,
        words=(r"rate[ _-]?limit(?:ed|s|ing)?|too many requests|throttled|throttling",),
    ),
    Row(
        kind=ModelNotFound,
        broad_codes="model_not_found not_found_error ResourceNotFoundException NOT_FOUND",
    ),
    Row(
        kind=ProviderTimeout,
        words=(r"(?:request|connection|operation) timed out|\w*TimeoutError",),
        broad_codes="""timeout_error request_timeout RequestTimeOut ModelTimeoutException
            DEADLINE_EXCEEDED Timeout""",
    ),
)
