/** Types shared by the editor's modules; never shipped. */

declare namespace LLMActions {
  type Control = HTMLInputElement | HTMLTextAreaElement;

  interface Field {
    /** Wagtail's box around the control; the widget goes below it. */
    place: Element;
    control: Control;
  }

  interface Action {
    id: number;
    label: string;
    description: string;
    model: string;
    /** It is not for a field that has a text. */
    only_when_empty: boolean;
  }

  /** What Accept does with the text that the field has. */
  type WriteMode = 'replace' | 'append' | 'prepend';

  /** One of the texts of a click. */
  interface Candidate {
    run: Run;
    /** All of it so far. */
    text: string;
    /** As the editor changed it, before they looked at another. */
    draft?: string;
  }

  /** What a run is started with, and called by. */
  interface Chosen {
    id: number | null;
    label: string;
  }

  interface Offer {
    label: string;
    actions: Action[];
  }

  /** What this user can run on this form, and what of it is not settled yet. */
  interface Offers {
    fields: Record<string, Offer>;
    runs: Run[];
    /** Whether there is something to show in the side panel. */
    panel: boolean;
    /** How many earlier texts each field has, besides the one in its card. */
    earlier: Record<string, number>;
  }

  /** A text that was written before. */
  interface EarlierRun extends Run {
    user: string;
    time: string;
    decision_label: string;
  }

  interface Earlier {
    fields: Record<string, EarlierRun[]>;
  }

  /** A finished run, whatever came of it. */
  interface PanelRun extends EarlierRun {
    status_label: string;
    /** What its own user asked for in addition. */
    instruction: string;
    /** The beginning of what was sent, for its own user. */
    prompt: string;
    /** Its page in the history; empty for those who may not view runs. */
    details_url: string;
  }

  /** What the side panel shows. */
  interface Panel {
    groups: { path: string; label: string; runs: PanelRun[] }[];
    has_more: boolean;
    /** Empty for those who may not view runs. */
    history_url: string;
  }

  /** A field that a text can be proposed for. */
  interface Widget {
    bar: { root: HTMLElement };
    isBusy(): boolean;
    proposeAgain(run: Run): void;
  }

  /** What the side panel needs of the widgets. */
  interface Started {
    widgets: Map<string, Widget>;
    loadPanel: () => Promise<Panel>;
  }

  interface Run {
    id: string;
    /** Null when it was deleted since. */
    action: number | null;
    action_label: string;
    field: string;
    write_mode: WriteMode;
    status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
    /** Runs before it in the queue. */
    ahead: number;
    /** Why it is about to be tried again, and when. */
    waiting: string;
    /** Failed calls, while it waits. */
    attempts: number;
    /** The piece of text since the cursor that was sent; only while running. */
    text: string;
    /** Opaque; goes back with the next question. */
    cursor: string;
    /** When to ask again. */
    poll_after_ms: number;
    /** The whole text, when final. */
    output: string;
    finish_reason: 'stop' | 'length' | 'content_filter' | null;
    /** What the editor should know about a text that was written. */
    notice: string;
    /** Why the form cannot take the text any more; mostly empty. */
    barred: string;
    error: { code: string; message: string; report: string } | null;
    model: string;
    input_tokens: number | null;
    output_tokens: number | null;
    /** With its currency; empty where unknown. */
    cost: string;
    seconds: number | null;
    decision: 'none' | 'accepted' | 'edited' | 'dismissed';
    /** The other runs of the same click; only where a run is started or found again. */
    candidates: Run[];
    /** Of the first run of a click: the address of all of them. */
    poll_url: string;
    cancel_url: string;
    decide_url: string;
  }

  /** What changes about a run that is not final; all of it about one that is. */
  type RunNews = Pick<
    Run,
    'id' | 'status' | 'ahead' | 'waiting' | 'attempts' | 'text' | 'cursor' | 'poll_after_ms'
  > &
    Partial<Run>;

  /** The answer to a poll: of the first run that is not final yet, and of the others. */
  type News = Omit<RunNews, 'candidates'> & { candidates?: RunNews[] };

  /** What has happened to one of the runs of a click. */
  interface RunChange {
    /** Among them. */
    index: number;
    run: Run;
    /** All of it so far. */
    text: string;
  }

  interface RequestError extends Error {
    code: string;
    transient: boolean;
    /** By the name of a field of the form. */
    problems?: Record<string, string>;
  }

  /** A run of the Test panel. */
  interface TestRun extends Run {
    problems: Record<string, string>;
    warnings: string[];
    finish: string;
    history_url: string;
  }

  /** See templates/wagtail_llm_actions/actions/test.html. */
  type TestTexts = Texts & Record<'taken' | 'unknown', string>;

  type TestModules = Pick<Arguments, 'api' | 'run' | 'words'>;

  interface Size {
    count: number;
    /** Null when the field has none. */
    limit: number | null;
    tooLong: boolean;
  }

  interface Change {
    value: string;
    added: boolean;
    removed: boolean;
  }

  interface DiffLibrary {
    diffWords(
      before: string,
      after: string,
      options: { timeout: number; intlSegmenter?: Intl.Segmenter },
    ): Change[] | undefined;
  }

  /** A chart of the usage report, as the server gives it. */
  interface UsageChart {
    kind: 'bar' | 'line';
    unit: 'count' | 'money' | 'seconds';
    labels: string[];
    series: { label: string; values: (number | null)[] }[];
  }

  /** Undo makes the proposal undecided again. */
  type Decision = 'accept' | 'dismiss' | 'undo';

  type CardState = 'working' | 'proposal' | 'failed' | 'cancelled' | 'accepted';

  type Command = 'cancel' | 'accept' | 'retry' | 'dismiss' | 'copy' | 'report' | 'undo';

  /** What a card shows; parts that are not given are empty. */
  interface CardView {
    state: CardState;
    title: string;
    status: string;
    text?: string;
    /** The status counts seconds; it was read out when it began. */
    isCountdown?: boolean;
    error?: string;
    /** Of a failed run, for whoever helps. */
    report?: string;
    notice?: string;
    /** It cannot be accepted; the notice says why. */
    details?: string;
  }

  /** The translated sentences; see templates/wagtail_llm_actions/editor/_card.html. */
  type Texts = Record<
    | 'starting'
    | 'next'
    | 'queued'
    | 'waiting'
    | 'writing'
    | 'cancelling'
    | 'trouble'
    | 'done'
    | 'doneIn'
    | 'failed'
    | 'cancelled'
    | 'accepted'
    | 'undone'
    | 'copied'
    | 'changed'
    | 'filled'
    | 'length'
    | 'tooLong'
    | 'candidate'
    | 'tokens'
    | 'unreachable'
    | 'tooLarge'
    | 'unexpected',
    string
  >;

  /** What the loader gives to widget.js. */
  interface Arguments {
    form: HTMLFormElement;
    /** Empty when the object exists. */
    formKey: string;
    offers: Offers;
    urls: DOMStringMap;
    uuid: () => string;
    api: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/api.js');
    bar: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/bar.js');
    card: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/card.js');
    diff: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/diff.js');
    earlier: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/earlier.js');
    fields: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/fields.js');
    run: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/run.js');
    candidates: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/candidates.js');
    words: typeof import('../../wagtail_llm_actions/static/wagtail_llm_actions/js/words.js');
  }

  /** What the widgets of one form share. */
  interface Site extends Omit<Arguments, 'form' | 'formKey' | 'offers' | 'urls' | 'uuid'> {
    texts: Texts;
    requests: ReturnType<Arguments['api']['createApi']>;
    loadEarlier: () => Promise<Earlier>;
    /** Tells the form that a run has ended, or was decided on. */
    changed: () => void;
    compare: (before: string, after: string) => Promise<Change[]>;
  }
}

interface Window {
  wagtail?: { editHandler?: object };
  wagtailConfig: { CSRF_HEADER_NAME: string; CSRF_TOKEN: string };
  Diff?: LLMActions.DiffLibrary;
  Chart?: new (canvas: HTMLCanvasElement, configuration: object) => { destroy(): void };
}
