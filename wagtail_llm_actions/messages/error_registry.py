"""Everything about each error that people read: one entry for each code and reason.

A new error needs a class in ``errors``, with its code and retry rules, and an entry here; a test
compares the two. ``messages.errors`` looks entries up.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.errors import (
    BudgetReached,
    InvalidInput,
    LimitExceeded,
    LLMActionsError,
    PermissionDeniedError,
    PermissionRevoked,
    PriceUnknownForBudget,
    QueueUnavailable,
    RunInterrupted,
    TextsLost,
    WorkerUnsuitable,
)
from wagtail_llm_actions.messages.error_entry import ErrorEntry
from wagtail_llm_actions.messages.limits import budget_sentence, limit_sentence
from wagtail_llm_actions.messages.provider_errors import PROVIDER_ERRORS

REGISTRY = (
    *PROVIDER_ERRORS,
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.EMPTY_SOURCE,
        sentence=_("“%(field)s” is empty. Write something there first, then try again."),
        troubleshooting=_(
            "The source field had no text. If it is empty on most pages, choose another source field "
            "in the action."
        ),
        form_field="test_input",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.NO_IMAGE,
        sentence=_("“%(field)s” has no image. Choose one, then try again."),
        troubleshooting=_(
            "No image was chosen. If most pages have none, choose another source field in the action; to "
            "test it, choose a page or an image."
        ),
        form_field="test_input",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.UNSAVED_IMAGE,
        sentence=_("A new file was chosen for the image. Save it first, then try again."),
        troubleshooting=_(
            "Only the saved file is sent, and another one was chosen. Save it, then try again."
        ),
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.SVG_IMAGE,
        sentence=_(
            "The image is an SVG drawing, which models cannot be shown. Write the text yourself, or choose "
            "another image and try again."
        ),
        troubleshooting=_(
            "Models are shown photos and other pixel images, and Wagtail makes none of an SVG drawing. "
            "Choose another format for images that need a text."
        ),
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.UNREADABLE_IMAGE,
        sentence=_(
            "The file of the image cannot be read, or was replaced or deleted meanwhile. Open the image "
            "to check it, then try again."
        ),
        troubleshooting=_(
            "Wagtail could make no smaller version of the image, or it is no longer the one of the click. "
            "Look for "
            "the error in the log of the worker."
        ),
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.FORBIDDEN_IMAGE,
        sentence=_(
            "You may not choose images of this collection, so the image in “%(field)s” is not sent. Ask "
            "your admin."
        ),
        troubleshooting=_(
            "The user has no permission to choose images of this collection. Settings → Groups has the "
            "permissions for each collection."
        ),
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.MODEL_WITHOUT_IMAGES,
        sentence=_(
            "%(model)s cannot see images. Ask your admin to choose another model for this action."
        ),
        troubleshooting=_(
            "The action sends an image, and “%(model)s” sees none, as far as is known. Choose a model "
            "that does; Settings → LLM → Models names them. If you know that this model sees images, set "
            "ACCEPTS_IMAGES in MODELS."
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.NOT_EMPTY,
        sentence=_(
            "“%(field)s” has a text already, and this action only writes into an empty field. Empty it, "
            "then try again."
        ),
        troubleshooting=_(
            "The action only writes into an empty field, and the destination field had a text. "
            "Change this in the action, if editors should replace texts."
        ),
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.UNREADABLE_SOURCE,
        sentence=_("“%(field)s” cannot be read as text. Ask your admin to check this action."),
        troubleshooting=_(
            "The source field of the action no longer exists, holds no text, or is rich text with more "
            "than 10,000 tags. Choose another one in the action, and test it with a sample input."
        ),
        form_field="source",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.TEMPLATE,
        sentence=_("The prompt template of this action has an error. Ask your admin to check it."),
        troubleshooting=_(
            "The prompt template could not be rendered for this page. Check it in its preview, then "
            "test the action with a sample input."
        ),
        form_field="prompt_template",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.TOO_LONG,
        sentence=_("The text is too long for this action. Shorten it, then try again."),
        troubleshooting=_(
            "The prompt has more than %(chars)d characters (MAX_PROMPT_CHARS), or more than the "
            "model's context holds. Choose a shorter source field, or a model with a larger context."
        ),
        form_field="test_input",
    ),
    ErrorEntry(
        error=InvalidInput,
        reason=InvalidInput.Reason.UNKNOWN_MODEL,
        sentence=_("The model of this action is not set up. Ask your admin to choose another one."),
        troubleshooting=_(
            "The model “%(model)s” is no longer in MODELS. Choose another one in the action, or add "
            "it to the settings again."
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=LimitExceeded,
        title=_("Limit or budget reached"),
        sentence=lambda context, _model_key: limit_sentence(context),
        troubleshooting=_(
            "One of the site's own limits stopped the run, and no model was called. If people often "
            "need more runs than this, raise %(limit)s in LIMITS; otherwise find out why this user's "
            "other runs take so long."
        ),
    ),
    ErrorEntry(
        error=BudgetReached,
        reason=BudgetReached.reason,
        sentence=lambda context, _model_key: budget_sentence(context),
        troubleshooting=_(
            "What is left of a budget is less than the run may cost at most, so no model was called. "
            "Settings → LLM → Budgets shows how much is left: raise the amount, or choose a model that "
            "costs less. That is the sum of three attempts with the action's model, three with its fallback "
            "model and one repair, for each candidate: a free model with a fallback that is not free may cost as "
            "much as that. Lower max tokens, fewer candidates, or a cheaper fallback model or none lower it."
        ),
    ),
    ErrorEntry(
        error=PriceUnknownForBudget,
        reason=PriceUnknownForBudget.reason,
        sentence=_(
            "What this run costs is not known, so it cannot be counted in the budget of this site. Ask "
            "your admin."
        ),
        troubleshooting=_(
            "A budget that refuses runs applies, and the price of “%(model)s”, or of the fallback model, "
            "is not known. Set PRICE in its entry of MODELS, or state a price for such models in the "
            "budget; change the fallback model if it is the one."
        ),
        form_field="model",
    ),
    ErrorEntry(
        error=QueueUnavailable,
        title=_("Queue not available"),
        sentence=_(
            "The queue for LLM runs cannot be reached. Try again later, or tell your admin; nothing "
            "was sent."
        ),
        troubleshooting=_(
            "The queue server did not answer. Check that it is running and that RQ_QUEUES leads to it."
        ),
    ),
    ErrorEntry(
        error=WorkerUnsuitable,
        reason=WorkerUnsuitable.reason,
        sentence=_(
            "No worker of this site could execute the run. Tell your admin; nothing was sent."
        ),
        troubleshooting=_(
            "A worker took the job several times without executing it. Start manage.py "
            "llm_actions_worker with the settings and the database of this site. A worker that "
            "runs rqworker needs the serializer that RQ_QUEUES names, by its option --serializer; "
            "its log says why jobs fail."
        ),
    ),
    ErrorEntry(
        error=RunInterrupted,
        title=_("Interrupted"),
        sentence=_("The run was interrupted before it ended. Try again."),
        troubleshooting=_(
            "The worker stopped in the middle of the run: it was restarted, killed, or lost its "
            "connection. Look at its log for the time when the run ended."
        ),
    ),
    ErrorEntry(
        error=TextsLost,
        sentence=_(
            "The texts of this action are not stored, and those of this run have been lost. Try again."
        ),
        troubleshooting=_(
            "The cache that held the texts for a short time does not have them: it was restarted or emptied, is "
            "full, cannot be reached, or is not the same one for all processes. Check the one that CACHE under "
            "RETENTION names."
        ),
    ),
    ErrorEntry(
        error=PermissionDeniedError,
        title=_("No permission"),
        sentence=_("You are not allowed to do this here. Ask your admin if you need to."),
        troubleshooting=_(
            "The user may not edit this page or snippet, or the action is not offered there. Check "
            "the permissions of the user's groups."
        ),
    ),
    ErrorEntry(
        error=PermissionRevoked,
        sentence=_(
            "You are not allowed to edit this any more. Ask your admin if you need to; the text is kept "
            "in the history."
        ),
        troubleshooting=_(
            "The user lost the permission to edit this page or snippet after the run had started. "
            "Check the permissions of the user's groups."
        ),
    ),
    ErrorEntry(
        error=LLMActionsError,
        title=_("Error in the program"),
        sentence=_("Something went wrong on the server. Try again, or tell your admin."),
        troubleshooting=_(
            "This is a defect of the program. The log of the worker has the details: please report "
            "it, with the report below."
        ),
    ),
)
