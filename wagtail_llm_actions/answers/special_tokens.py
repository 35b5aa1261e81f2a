"""Special tokens of chat templates, which servers without a matching template pass on as text.

Sources: the tokenizer configurations that vendors publish with their models.
"""

from __future__ import annotations

import re

# Tokens that end a turn: what follows is a conversation that the model makes up.
_ENDS = (
    r"<\|(?:im_start|start_header_id|header_start|start_of_role|start)\|>\s*(?:user|system|human|tool)\b"
    r"(?:<\|(?:end_header_id|header_end|end_of_role)\|>)?",
    r"<\|(?!(?:start|begin|im_start|im_assistant|im_middle|header_start|header_end|hy_Assistant|bos|sop"
    r"|assistant|box|bot|message|channel|constrain)\w*\|>)"
    r"/?[a-zA-Z][\w▁-]{0,40}\|?>",
    r"<｜(?!begin|Assistant)[^｜<>\n]{1,40}｜>",
    r"<(?:end_of_turn|eos|eot|eod|EOT|end_of_utterance|end_of_text|start_of_turn|turn\||extra_id_\d+)>",
    r"</?s>",
    r"\[/?INST\]|</INST>|</?(?:im_end|im_start|endoftext)>|<_end>|<end_of_sentence>",
    r"\[\|(?:endofturn|user|system)\|\]|\[e~\[|\]<\]end of turn\[>\[",
    r"<role>(?:HUMAN|SYSTEM|OBSERVATION)</role>",
    r"\[(?:EOS|PAD|CLS|SEP|end of text|END FINAL RESPONSE|/?AVAILABLE_TOOLS|/?SYSTEM_PROMPT)\]",
    r"<</?SYS>>",
    r"</?\|im_end\|>|<[a-z]{2,12}:eos>|<(?:pad|unk|bos|sep|eo[ac]|TOKENS_UNUSED_\d+|reserved_\d+|0x00)>|</eos>",
)
# Tokens that begin a turn, or a part of the answer: only they themselves go.
_BEGINNINGS = (
    r"<\|(?:im_start|start_header_id|header_start|start_of_role|im_assistant)\|>(?!\s*(?:user|system|human|tool)\b)\s*"
    r"(?:assistant|model|answer)?\s*(?:<\|(?:end_header_id|header_end|end_of_role|im_middle)\|>)?",
    r"<role>ASSISTANT</role>|\[\|assistant\|\]|\]~b\]ai\b|\[(?:ASSISTANT|BOT)\](?::\s)?",
    r"<(?:assistant|beginning_of_sentence)>(?:ai name=\w*\n)?|/no_think\b",
    r"<(?:SPECIAL_11|extra_id_1)>\s*Assistant\b",
    r"<(?:start_of_turn>|\|turn>)\s*model\b",
    r"<\|start\|>\s*assistant\b",
    r"<\|channel\|>\s*final\b[^<\n]{0,60}(?:<\|constrain\|>\s*\w+)?(?:<\|message\|>)?",
    r"<\|channel>\s*(?:final|response)\b",
    r"<\|(?:(?:start(?!\w*\|>\s*(?:user|system|human|tool)\b)|begin|box_start|object_ref|END_THINKING|bos|sop|assistant|message|constrain|channel|hy_Assistant|im_middle|bot)\w*|end_of_box)\|>",
    r"<｜(?:begin|Assistant)[^｜<>\n]{0,40}｜>",
    r"<(?:bos|s|[a-z]{2,12}:bos)>(?=\s*\S)",
    r"\[gMASK\]|<sop>|\[BOS\]|<BOS_TOKEN>|\[TOOL_CALLS\]|\[BEGIN FINAL RESPONSE\]",
)
TOKEN = re.compile(f"(?P<beginning>{'|'.join(_BEGINNINGS)})|(?P<end>{'|'.join(_ENDS)})")
AT_END = re.compile(
    r"(?:<(?:\|[A-Za-z_]{0,30}\|?|/s)|\|im_end\|>|<(?:end|END|EOD)>"
    r"|<(?:STOP|stop|mask|HUMAN|human|bot|tool_call)>|</(?:assistant|bot|message)>|(?<=\S)▁|\s▁"
    r"|\n\s{0,9}(?:END|\(end\)|-{1,3}\s?END\s?-{1,3})"
    r"|\s{0,9}\[(?:END|DONE|STOP)\]|\s{0,9}[(\[](?i:end of (?:the )?(?:text|title|summary|article|answer|document|response|output))[)\]])\Z"
)
"""What ends an answer, and is a word elsewhere; and a token that was cut off."""
