"""How models mark their reasoning in the text of an answer.

Sources: the chat templates that vendors publish with their models, the specification of OpenAI's
harmony format, and the reasoning parsers of inference servers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = (
    r"(?:\w{1,20}[:_-])?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflections?|scratchpad|cot|analysis"
    r"|(?:inner_?|internal_?)?monologue|chain_of_thought|antthinking|plan(?:ning)?|rationale"
    r"|deliberations?|brainstorm(?:ing)?|cognition|reflect|rethink(?:ing)?|step_by_step|self_critique"
    r"|denken|gedanken|überlegung(?:en)?|réflexions?|raisonnement|pensamientos?|razonamiento|ragionamento|思考|推理)"
    r"(?:[:_-]\w{1,20})?"
)
_PIPED = r"(?:think(?:ing)?|thoughts?|reasoning)"
_PIPED_END = (
    rf"(?i:<[|｜](?:end[_▁]?(?:of[_▁]?)?{_PIPED}|{_PIPED}_end|/{_PIPED}|inner_suffix)[|｜]>"
    r"|<end_of_thought>)"
)
_BRACKETED = r"(?:THINK|THINKING|THOUGHTS?|REASONING|ANALYSIS|SCRATCHPAD)"
_BRACKETED_END = rf"\[(?:/|END[ _](?:OF[ _])?){_BRACKETED}\]"
_CHANNEL = r"(?:<\|start\|>\s*assistant\s*)?<\|channel\|>\s*"
_FINAL = rf"{_CHANNEL}final\b[^<\n]{{0,60}}(?:<\|constrain\|>\s*\w+)?(?:<\|message\|>)?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One way to mark reasoning."""

    opening: re.Pattern[str]
    closing: re.Pattern[str]
    is_token: bool = True
    """Whether the opening cannot be mistaken for words, so that it counts within a text too."""
    may_stay_open: bool = True
    """Whether an answer that ends before the closing is reasoning; otherwise it is text."""


def _form(opening: str, closing: str, **facts: bool) -> Form:
    return Form(opening=re.compile(opening), closing=re.compile(closing), **facts)


_HEADING_END = r"(?::\*\*|\*\*:|:|\.{3}\*|\*\*|(?=\n))\s"
_ANSWER_HEADING = (
    r"(?i:\n(?:\*\*|#{1,6} )?(?:final )?(?:answer|response|output|title)(?::\*\*|\*\*:|:|\*\*|(?=\n)))"
    rf"|\n(?:-{{3,}}|\*{{3,}})\n|(?i:(?:<|&lt;)/\s*{_NAME}\s*(?:>|&gt;))"
)

FORMS = (
    # <think>, <thinking>, <thought>, <seed:think>, <reasoning effort="high">, and escaped.
    _form(
        rf"(?i:(?:\\?<|&lt;)(?!(?:begin(?:ning)?|start|end)_of_){_NAME}(?:\s[^<>\n]{{0,80}})?/?(?:\\?>|&gt;))",
        rf"(?i:(?:\\?<|&lt;)/\s*{_NAME}\s*(?:\\?>|&gt;))",
    ),
    _form(
        r"<details\s+type=\"reasoning\"[^<>]{0,120}>"
        r"|(?i:<details>\s*<summary>\W{0,5}(?:think|thought|reasoning)[^<>\n]{0,60}</summary>)",
        r"</details>",
    ),
    _form(r"<start_working_out>", r"<end_working_out>"),
    _form(r"<\|im_start\|>\s*think(?:ing)?\b", r"<\|im_start\|>\s*answer\b"),
    _form(
        rf"\[(?:BEGIN[ _](?:OF[ _])?{_BRACKETED}|THINK|THINKING|THOUGHT|REASONING)\]",
        _BRACKETED_END,
    ),
    _form(
        rf"\[(?i:{_BRACKETED})\]",
        rf"\[/(?i:{_BRACKETED})\]",
        is_token=False,
        may_stay_open=False,
    ),
    _form(r"◁think▷", r"◁/think▷"),
    _form(
        rf"(?i:<[|｜](?:(?:begin|start)[_▁]?(?:of[_▁]?)?{_PIPED}|{_PIPED}_(?:start|begin)|{_PIPED}|inner_prefix)[|｜]>"
        r"|<beginning_of_thought>)",
        _PIPED_END,
    ),
    # Harmony: gpt-oss.
    _form(
        rf"{_CHANNEL}(?:analysis|commentary)\b[^<\n]{{0,80}}(?:<\|constrain\|>\w+)?(?:<\|message\|>)?",
        rf"<\|(?:end|return|call)\|>|{_FINAL}",
    ),
    # Gemma.
    _form(r"<\|channel>\s*(?:thought|analysis)\b", r"<channel\|>"),
    _form(r"<(?:unused|ctrl)94>\s*(?:thought)?", r"<(?:unused|ctrl)95>"),
    # Harmony without its special tokens.
    _form(
        r"(?:assistant)?analysis(?=[A-Z\n])",
        r"assistant\s?(?:commentary[\w .=]{0,60}?)?final",
        is_token=False,
    ),
    # Apriel.
    _form(r"(?i:here are my reasoning steps:?\s)", r"\[BEGIN FINAL RESPONSE\]", is_token=False),
    # Granite.
    _form(
        r"(?i:here(?:'s|’s| is) my thought process:?\s)",
        r"(?i:here(?:'s|’s| is) my response:?)",
        is_token=False,
    ),
    _form(r"```(?:think(?:ing)?|thoughts?|reasoning)\n", r"(?:^|\n)```", is_token=False),
    # The command line of Ollama, and others that print reasoning.
    _form(
        r"(?i:thinking\.\.\.\s)",
        r"(?i:\.\.\.done thinking\.?)",
        is_token=False,
        may_stay_open=False,
    ),
    _form(
        rf"(?i:(?:\*\*|#{{1,6}} |\*)?(?:thinking|thought|reasoning) process){_HEADING_END}",
        _ANSWER_HEADING,
        is_token=False,
    ),
    _form(
        rf"(?i:(?:\*\*|#{{1,6}} |\*)?(?:thinking|thoughts?|reasoning)){_HEADING_END}",
        _ANSWER_HEADING,
        is_token=False,
        may_stay_open=False,
    ),
    _form(
        r"(?i:>\s*\W{0,6}(?:thinking|thoughts?|reasoning)\b[^\n]{0,40}\n(?=>))",
        r"\n(?=\n|[^>\n])(?!\n>)",
        is_token=False,
        may_stay_open=False,
    ),
)

CLOSING = re.compile(
    rf"(?i:(?:<|&lt;)/\s*{_NAME}\s*(?:>|&gt;)"
    rf")|{_PIPED_END}|<end_working_out>"
    rf"|{_BRACKETED_END}|◁/think▷|<channel\|>|<(?:unused|ctrl)95>|{_FINAL}|\[BEGIN FINAL RESPONSE\]"
    r"|<\|begin_of_box\|>|assistantfinal(?=\s*\S)"
)
"""The end of reasoning that began in the prompt, so that the answer has no opening.

GLM puts a box around the answer, so that all before it is about it.
"""

BEGINS_IN_REASONING = re.compile(
    r"(?i)(?<![a-z0-9])(?:r1(?!\d)|deepseek-?r1|qwq|skywork-or1|openthinker|(?:glm-?)?z1(?!\d)|minimax-?m[2-9]"
    r"|exaone-?deep|ring-(?:lite|mini|flash|1t|\d)|nemotron-(?:nano|3|super|ultra)|step-?3|intern-s1|ernie-?x1"
    r"|deepseek-reasoner|light-r1|marco-o1|deepscaler)"
    r"|^(?!.*(?:claude|gemini|gpt|grok)).*(?<![a-z])(?<!non-)(?:think(?:ing|er)?|reason(?:ing|er))(?![a-z])"
)
"""The names of models whose chat templates open the reasoning, so that answers only close it.

A server that knows the template separates the reasoning; others pass it on as text.
"""

FINAL_CHANNEL = re.compile(_FINAL)

UNMARKED = re.compile(
    r"(?i)(?:okay|ok|alright|all right|hmm+|right|well|wait|so),? (?:so\b|the user|let|i\b|we\b|this)"
    r"|hmm|(?:the )?user (?:wants|asks|asked|is asking|has|needs|said|says|provided|gave|requests)"
    r"|we (?:need|are asked|have to|should|must)|i (?:need|should|have) to|let(?:'s|’s| me| us) "
    r"|first,? i|(?:here(?:'s|’s| is) a )?thinking process|my (?:thought|thinking)"
    r"|(?:the|this) task (?:is|asks|requires)\b|(?:this|it) is a request\b|got it[,.] "
    r"|looking at (?:the|this) (?:text|article|input|page|post)\b|i(?:'|’)ll (?:write|create|start|need)\b"
    r"|the (?:prompt|instructions?|input) (?:is|says?|asks?)\b"
    r"|okay, der|(?:also|los|gut)[,!.] der|der (?:nutzer|benutzer|anwender)|(?:ich|wir) (?:muss|müssen|soll|sollen|brauchen?)\b"
    r"|l(?:'|’)utilisateur|je dois\b|nous devons\b|el usuario|(?:necesito|debo|tengo que)\b|l(?:'|’)utente|o usuário"
    r"|de gebruiker|пользователь|ユーザー|사용자|好的，|嗯，|首先，|用户"
)
"""How reasoning without an opening mostly begins. Such an answer is not shown before its end."""

_THINKS_ALOUD = (
    r"(?:okay|ok|alright|all right|hmm+|right|well|so)[,.]? (?:so,? |let['’]s see[,.:]? )?"
)
_ASKS = (
    r"(?:the user|they) (?:wants?|(?:is|are) asking|asks?|asked|has asked|needs?|requests?|requested"
    r"|would like|has provided|provided|gave|says?|said)\b"
)
WHOLE = re.compile(
    rf"(?i)(?:{_THINKS_ALOUD}{_ASKS}|(?:{_ASKS}|we (?:need|have|are asked|should|must) to\b)"
    r"[^.\n]{0,60}\b(?:me|us|title|headline|summary|text|description|post|answer)\b"
    r"(?=.*\b(?:the user|let['’]s (?:craft|write|produce|think|count)|characters|the (?:input|prompt|instructions?)"
    r"|something like)\b))",
    re.DOTALL,
)
"""How an answer begins that is reasoning to its end, although no tag says so."""
ANSWER_HEADING = re.compile(_ANSWER_HEADING)

PHRASES = (
    *(
        "okay",
        "ok,",
        "ok so",
        "alright",
        "all right",
        "hmm",
        "right,",
        "well,",
        "wait",
        "so, ",
        "so the",
    ),
    *("so we", "so i", "the user ", "user ", "we need", "we are asked", "we have to", "we should"),
    *(
        "we must",
        "i need to",
        "i should to",
        "i have to",
        "let me ",
        "let's ",
        "let us ",
        "first i",
    ),
    *(
        "[think",
        "[thought",
        "[reasoning",
        "> thinking",
        "> **thinking",
        "> 💭",
        "# thought",
        "## thought",
        "### thought",
    ),
    *("first, i", "thinking", "**thinking", "**thought", "**reasoning", "# thinking", "*thinking"),
    *("here's a thinking process", "here is a thinking process", "here's my thought process"),
    *("the task ", "this task ", "this is a request", "it is a request", "got it", "looking at th"),
    *(
        "i'll write",
        "i'll create",
        "i'll start",
        "i'll need",
        "the prompt ",
        "the instruction",
        "the input ",
    ),
    *(
        "also, der",
        "los! der",
        "los, der",
        "gut, der",
        "der anwender",
        "ich muss",
        "ich soll",
        "ich brauche",
    ),
    *(
        "wir müssen",
        "wir sollen",
        "wir brauchen",
        "l'utilisateur",
        "je dois",
        "nous devons",
        "el usuario",
    ),
    *("necesito", "debo", "tengo que", "l'utente", "o usuário", "de gebruiker", "пользователь"),
    *("ユーザー", "사용자", "好的，", "嗯，", "首先，", "用户"),
    *("here are my reasoning steps", "[analysis", "[scratchpad", "[begin"),
    *("here is my thought process", "my thought", "my thinking", "okay, der", "der nutzer"),
    *("der benutzer", "```think", "```reasoning", "```thought", "analysis", "assistantanalysis"),
    *(
        "thought:",
        "thoughts:",
        "reasoning:",
        "### thinking",
        "### reasoning",
        "## thinking",
        "<unused94>",
    ),
)
"""The beginnings of the forms that are no tokens; part of one is held back until it is decided."""
