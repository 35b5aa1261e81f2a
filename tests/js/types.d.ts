/** Types that the scripts share, besides those of api.d.ts; never shipped. */

declare namespace LLMActions {
  type WriteMode = RunState['write_mode'];

  /** What a field's writer knows of a field in the form; see docs/extending/field.md. */
  interface WritableField {
    /** Wagtail's box around the input; the widget is placed after it. */
    place: Element;
    /** Returns the field's value as text. */
    read(): string;
    /**
     * Replaces the field's value, so that the visible control, Wagtail's check for unsaved changes
     * and its autosave notice; returns a function that puts the former value back.
     */
    write(text: string): () => void;
    /** Calls back whenever the field's value may have changed. */
    onEdit(callback: () => void): void;
    /** The text as the field would keep it; without, white space around it is removed. */
    normalize?(text: string): string;
    /** Between two texts when one is appended to the other; a blank line by default. */
    separator?: string;
    /** In characters; null where the field has no limit, which is the default. */
    maxLength?: number | null;
    /** What `write` takes to bring back what the field holds; the text by default. */
    value?(): string;
    /**
     * Makes the value of a text, where the field takes more than text. The same text in the same
     * field costs one request.
     */
    prepare?(run: RunState, text: string, post: Post): Promise<Outcome>;
  }

  /** Sends a form; the answer is the JSON of the server. */
  type Post = (url: string, data: Record<string, string>) => Promise<FormValue>;

  /** What accepting a text does to a field. */
  interface Outcome {
    /** What is written. */
    value: string;
    /** What the field will hold, as text. */
    text: string;
    /** The accepted text alone, formatted. */
    formatted?: Node[];
  }

  /** The content of Draftail as JSON; only what is used here. */
  interface RawContent {
    blocks: {
      type: string;
      text: string;
      entityRanges?: { key: number }[];
      inlineStyleRanges?: { style: string }[];
    }[];
    entityMap: Record<number, { data: { alt?: string; title?: string; url?: string } }>;
  }

  interface ContentBlock {
    getKey(): string;
    getText(): string;
    getType(): string;
  }

  interface BlockMap {
    get(key: string): ContentBlock | undefined;
    map(change: (block: ContentBlock) => ContentBlock | undefined): BlockMap;
  }

  interface ContentState {
    getBlockMap(): BlockMap;
    merge(change: { blockMap: BlockMap }): ContentState;
  }

  interface EditorState {
    getCurrentContent(): ContentState;
  }

  /** The hidden input behind Draftail; Wagtail adds the editor when it is ready. */
  interface DraftailInput extends HTMLInputElement {
    draftailEditor: {
      getEditorState(): EditorState;
      onChange(state: EditorState): void;
      saveState(): void;
    };
  }

  type Field = Required<Omit<WritableField, 'prepare'>> & Pick<WritableField, 'prepare'>;

  /** The default export of a writer's module. */
  interface FieldWriter {
    /**
     * Returns the field with this path; null where the form does not show it, or shows it in a way
     * that this writer cannot write to.
     */
    find(form: HTMLFormElement, path: string): WritableField | null;
  }

  /** One of the runs of a click. */
  interface Candidate {
    run: RunState;
    /** All text so far. */
    text: string;
    /** The text as the editor has changed it. */
    draft?: string;
  }

  /** What is kept of a card while the form is not saved. */
  interface CardMemory {
    /** The texts that the editor has changed, by the ids of their runs. */
    drafts?: Record<string, string>;
    /** The id of the candidate that the editor has chosen. */
    chosen?: string;
    /** Of the editor, for the next run. */
    instruction?: string;
    accepted?: {
      /** Of the accepted run. */
      id: string;
      /** Where to ask for the runs of its click. */
      url: string;
      /** The accepted text. */
      text: string;
      /** What the field held before and after. */
      before: string;
      value: string;
    };
  }

  interface Memory {
    read(): CardMemory;
    write(content: CardMemory): void;
    forget(): void;
  }

  /** What is run, and named in the card. */
  type ActionReference = { id: number | null; label: string };

  /** The answer to a poll: on the fast path only what changes, else everything. */
  type PollAnswer = Omit<LiveState & Partial<RunState>, 'candidates'> & {
    candidates?: (LiveState & Partial<RunState>)[];
  };

  type Poll = (request: {
    url: string;
    token: string;
    /** One for each run of the click, in the order of the runs. */
    cursors: string[];
  }) => Promise<PollAnswer>;

  /** What has changed about one of the runs of a click. */
  interface RunUpdate {
    /** The run's position among them. */
    index: number;
    run: RunState;
    /** All text so far. */
    text: string;
  }

  interface RequestError extends Error {
    code: string;
    /** The same request may work a moment later. */
    transient: boolean;
    /** By the name of a field of the form. */
    fieldErrors: Record<string, string>;
  }

  interface Size {
    count: number;
    /** Null where the field has none. */
    limit: number | null;
    tooLong: boolean;
  }

  /** A part of a diff. */
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

  /** A chart of the usage report, as the server sends it. */
  interface UsageChart {
    kind: 'bar' | 'line';
    unit: 'count' | 'money' | 'seconds';
    labels: string[];
    series: { label: string; values: (number | null)[] }[];
  }

  /** Undo makes the proposal undecided again. */
  type Decision = 'accept' | 'dismiss' | 'undo';

  type CardState = 'working' | 'proposal' | 'failed' | 'cancelled' | 'accepted';

  type Command =
    'cancel' | 'accept' | 'shorten' | 'use' | 'retry' | 'dismiss' | 'copy' | 'report' | 'undo';

  /** What a card shows; parts that are not given are empty. */
  interface CardView {
    state: CardState;
    title: string;
    status: string;
    text?: string;
    /** The status counts seconds, and was read out when the countdown began. */
    isCountdown?: boolean;
    error?: string;
    /** Of a failed run, for support. */
    report?: string;
    notice?: string;
    details?: string;
  }

  /** The translated sentences; see templates/wagtail_llm_actions/editor/_card.html. */
  type Texts = Record<
    | 'starting'
    | 'next'
    | 'queued'
    | 'waiting'
    | 'thinking'
    | 'writing'
    | 'repairing'
    | 'cancelling'
    | 'connectionLost'
    | 'done'
    | 'doneIn'
    | 'failed'
    | 'cancelled'
    | 'accepted'
    | 'undone'
    | 'copied'
    | 'changed'
    | 'notEmpty'
    | 'length'
    | 'tooLong'
    | 'unsourcedFacts'
    | 'faults'
    | 'shortened'
    | 'noRoom'
    | 'candidate'
    | 'tokens'
    | 'clickCost'
    | 'unreachable'
    | 'tooLarge'
    | 'unexpected',
    string
  >;

  /** See templates/wagtail_llm_actions/actions/playground.html. */
  type PlaygroundTexts = Texts & Record<'parametersUsed' | 'unknown', string>;

  /** What the widgets of one form share. */
  interface Services {
    form: HTMLFormElement;
    /** Calls back when somebody has worked anywhere in the form. */
    onFormEdit: (callback: () => void) => void;
    api: ReturnType<typeof import('#js/api.js').createApi>;
    texts: Texts;
    compare: (before: string, after: string) => Promise<Change[]>;
    requestPreviewUrl: string;
    loadPreviousTexts: () => Promise<PreviousTexts>;
    /** Returns what is kept of the card of a field. */
    memoryOf: (path: string) => Memory;
    /** Tells the form that a run has ended, or was decided on. */
    notifyChanged: () => void;
    /** Counts again the texts that wait for a decision. */
    countWaiting: () => void;
  }

  /** What the side panel needs of a widget. */
  interface Widget {
    root: HTMLElement;
    isBusy(): boolean;
    isWaiting(): boolean;
    proposeAgain(run: RunState): void;
  }
}

interface Window {
  wagtail?: { editHandler?: object };
  wagtailConfig: { CSRF_HEADER_NAME: string; CSRF_TOKEN: string };
  DraftJS: {
    EditorState: {
      push(
        state: LLMActions.EditorState,
        content: LLMActions.ContentState,
        changeType: string,
      ): LLMActions.EditorState;
    };
    convertFromRaw(raw: LLMActions.RawContent): LLMActions.ContentState;
  };
  Draftail: {
    /** Returns `null` for an editor without content. */
    serialiseEditorStateToRaw(state: LLMActions.EditorState): LLMActions.RawContent | null;
  };
  Diff?: LLMActions.DiffLibrary;
  Chart?: new (canvas: HTMLCanvasElement, configuration: object) => { destroy(): void };
}
