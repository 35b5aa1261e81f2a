/**
 * The JSON that the server sends; never shipped.
 *
 * Each interface has the name and the keys of a `TypedDict` of the package, where the keys are
 * described. tests/editor/test_json_types.py compares the two, so write one key a line.
 */

declare namespace LLMActions {
  interface ErrorState {
    code: string;
    message: string;
    is_brief?: boolean;
    report: string;
  }

  interface LiveState {
    id: string;
    status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
    queue_position: number;
    is_starting: boolean;
    retry_message: string;
    failed_attempts: number;
    is_reasoning: boolean;
    is_repairing: boolean;
    text: string;
    cursor: string;
    poll_after_ms: number;
  }

  interface LiveAnswer extends LiveState {
    candidates: LiveState[];
    poll_token?: string;
  }

  interface RunState extends LiveState {
    action_id: number | null;
    action_label: string;
    field_key: string;
    write_mode: 'replace' | 'append' | 'prepend';
    output: string;
    finish_reason: 'stop' | 'length' | 'content_filter' | 'error' | null;
    faults: string[];
    unsourced_facts: string[];
    notice: string;
    started_by: string;
    accept_blocked_reason: string;
    error: ErrorState | null;
    model_label: string;
    input_tokens: number | null;
    output_tokens: number | null;
    cost: string;
    click_cost: string;
    seconds: number | null;
    decision: 'none' | 'accepted' | 'edited' | 'dismissed' | 'unsaved';
    candidates: RunState[];
    poll_url: string;
    poll_token: string;
    cancel_url: string;
    decide_url: string;
    value_url: string;
  }

  interface FormValue {
    value: string;
    html: string;
  }

  interface ActionOffer {
    id: number;
    label: string;
    description: string;
    model_label: string;
    only_when_empty: boolean;
    source: string;
    source_label: string;
    unavailable: string;
  }

  interface FieldOffer {
    label: string;
    writer: string;
    actions: ActionOffer[];
  }

  interface Offers {
    fields: Record<string, FieldOffer>;
    pending: RunState[];
    previous_counts: Record<string, number>;
    has_side_panel: boolean;
    estimates: Estimates | null;
  }

  interface ActionEstimate {
    fixed_usd: number;
    usd_per_char: number;
    typical_chars: number;
  }

  interface Estimates {
    from_usd: number;
    currency: string;
    currency_rate: number;
    max_chars: number;
    actions: Record<string, ActionEstimate>;
  }

  interface RequestPreview {
    system_instructions: string;
    prompt: string;
    model_label: string;
    fields: string[];
    length: string;
    cost: string;
    notice: string;
    error: string;
  }

  interface PreviousRun extends RunState {
    user: string;
    time: string;
    decision_label: string;
  }

  interface PreviousTexts {
    fields: Record<string, PreviousRun[]>;
  }

  interface SidePanelRun extends PreviousRun {
    status_label: string;
    instruction: string;
    prompt_start: string;
    details_url: string;
  }

  interface SidePanelGroup {
    path: string;
    label: string;
    runs: SidePanelRun[];
  }

  interface SidePanel {
    groups: SidePanelGroup[];
    has_more: boolean;
    history_url: string;
  }

  interface PlaygroundRun extends RunState {
    field_errors: Record<string, string>;
    warnings: string[];
    finish_reason_label: string;
    history_url: string;
  }

  interface RequestErrorState {
    code: string;
    message: string;
    is_brief?: boolean;
    field_errors?: Record<string, string>;
  }

  interface ErrorAnswer {
    error: RequestErrorState;
  }
}
