"""Special tokens of chat templates, which servers without a matching template pass on as text.

Sources: the tokenizer configurations that vendors publish with their models.
"""

from __future__ import annotations

import re

# Tokens that end a turn: what follows is a conversation that the model makes up.
_ENDS = (
    r"<\|(?!(?:start|begin|im_start|bos|sop|assistant|box|message|channel|constrain)\w*\|>)"
    r"/?[a-zA-Z][\w-]{0,40}\|?>",
    r"<｜(?!begin|Assistant)[^｜<>\n]{1,40}｜>",
    r"<(?:end_of_turn|eos|eot|eod|EOT|end_of_utterance|end_of_text|start_of_turn|turn\||extra_id_1)>",
    r"</?s>",
    r"\[/?INST\]",
    r"\[(?:EOS|PAD|end of text|/?AVAILABLE_TOOLS|/?SYSTEM_PROMPT)\]",
    r"<</?SYS>>",
    r"<(?:pad|unk|bos)>",
)
# Tokens that begin a turn, or a part of the answer: only they themselves go.
_BEGINNINGS = (
    r"<\|(?:im_start|start_header_id|start_of_role)\|>\s*(?:assistant|model)?\s*"
    r"(?:<\|(?:end_header_id|end_of_role)\|>)?",
    r"<(?:start_of_turn>|\|turn>)\s*model\b",
    r"<\|start\|>\s*assistant\b",
    r"<\|channel\|>\s*final\b[^<\n]{0,60}(?:<\|constrain\|>\s*\w+)?(?:<\|message\|>)?",
    r"<\|channel>\s*(?:final|response)\b",
    r"<\|(?:(?:start|begin|END_THINKING|bos|sop|assistant|message|constrain|channel)\w*|end_of_box)\|>",
    r"<｜(?:begin|Assistant)[^｜<>\n]{0,40}｜>",
    r"<(?:bos|s)>(?=\s*\S)",
    r"\[gMASK\]|<sop>",
)
BEGINNING = re.compile("|".join(_BEGINNINGS))
TOKEN = re.compile(f"(?P<beginning>{'|'.join(_BEGINNINGS)})|(?P<end>{'|'.join(_ENDS)})")
