/** Types that the scripts share, besides those of api.d.ts; never shipped. */

declare namespace LLMActions {
  type WriteMode = RunState['write_mode'];

  /** A copy of a template. */
  interface Clone {
    root: HTMLElement;
    /** Returns an element of it by its `data-part`. */
    part(name: string): HTMLElement;
  }

  type TextControl = HTMLInputElement | HTMLTextAreaElement;

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
    write(text: string): TakeBack;
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
    /** How two of its values are compared part by part; without, by the sentences of their texts. */
    loadTextParts?(): Promise<PartKind>;
  }

  /** Puts back what a field held before. */
  interface TakeBack {
    (): void;
    /** What `write` takes to do the same, where that is not the former value. */
    before?: string;
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
    /** The accepted text, where it is not the whole of what the card shows. */
    accepted?: string;
  }

  /** The content of Draftail as JSON; only what is used here. */
  interface RawContent {
    blocks: RawBlock[];
    entityMap: Record<number, RawEntity>;
  }

  interface RawEntity {
    data: { alt?: string; title?: string; url?: string };
  }

  interface RawBlock {
    key?: string;
    type: string;
    depth?: number;
    text: string;
    entityRanges?: { key: number; offset: number; length: number }[];
    inlineStyleRanges?: { style: string; offset: number; length: number }[];
  }

  /** A block of a rich text. */
  interface RichPart extends TextPart {
    block: RawBlock;
    entityMap: RawContent['entityMap'];
    /** In its numbered list, from 1; else 0. */
    number: number;
  }

  /** A text of a block of a StreamField; of a proposal, a change of one, or of a block. */
  interface BlockChange {
    /** On the way to the block from the field; of what is inserted, to the stream or list. */
    names: string[];
    /** Of the innermost block of a stream or a list that has one; of what is inserted, the first. */
    id: string;
    /** What the control holds: of Draftail the content state, as JSON. Only of a text. */
    value?: string;
    /** Of the block, or what becomes of it; only of a change. */
    label?: string;
    /** What a block is called that is deleted. */
    block?: string;
    /** What the buttons say that take and leave the change. */
    take?: string;
    leave?: string;
    /** The id of the run that proposes a change. */
    run?: string;
    /** Why a change is refused. */
    refused?: string;
    /** The block is deleted. */
    delete?: boolean;
    /** Blocks that are inserted; of a list, they have no type. */
    insert?: StreamChild[];
    /** The id of the block around the stream or list that they are inserted into. */
    within?: string;
    /** The id of the block before them there; empty where they are the first. */
    after?: string;
  }

  /** A block of a stream or list in the form. */
  interface BlockRow {
    names: string[];
    id: string;
    within: string;
    is_entry: boolean;
  }

  /** What a form holds in a StreamField. */
  interface HeldBlocks {
    texts: BlockChange[];
    blocks: BlockRow[];
    /** Among which are the ids of all blocks with open comments, and of those around them. */
    commented: string[];
  }

  /** Wagtail's widget of a stream or a list, and where it is. */
  interface BlockSequence {
    sequence: StreamBlock;
    names: string[];
    within: string;
  }

  interface BlockSequences {
    /** Returns the blocks of all streams and lists; those that were inserted without an id get one. */
    rows(): BlockRow[];
    /** Inserts and deletes blocks; returns the changes that take it back. */
    apply(changes: BlockChange[]): BlockChange[];
  }

  /** A text of a block, of which rich text has a line for each of its own blocks. */
  interface BlockTextPart extends TextPart {
    lines: RichPart[];
    change: BlockChange;
    /** It stands in a proposal, and is not what the form holds. */
    isProposed: boolean;
    /** The ids of the blocks around it in the form. */
    around: string[];
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

  type Field = Required<Omit<WritableField, 'prepare' | 'loadTextParts'>> &
    Pick<WritableField, 'prepare' | 'loadTextParts'>;

  /** The default export of a writer's module. */
  interface FieldWriter {
    /**
     * Returns the field with this name in the form; null where the form does not show it, or shows
     * it in a way that this writer cannot write to.
     */
    find(form: HTMLFormElement, name: string): WritableField | null;
  }

  /**
   * Loads the writer of a field, and finds the field with it by its name in the form: null where the
   * form does not show it, or shows it in a way that its writer does not know.
   */
  type FindField = (form: HTMLFormElement, name: string, writer: string) => Promise<Field | null>;

  /** Finds Wagtail's box around the input of a field by its name in the form. */
  type FindBox = (form: HTMLFormElement, name: string) => Element | null | undefined;

  /** Joins a normalized text with what the field holds. */
  type Merge = (field: Field, text: string, mode: WriteMode) => string;

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

  /** Takes what tells the edit form from others; returns what is kept of the card of a field. */
  type CreateMemories = (form: string) => (key: string) => Memory;

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
    is_brief?: boolean;
    /** By the name of a field of the form. */
    fieldErrors: Record<string, string>;
  }

  interface Size {
    count: number;
    /** Null where the field has none. */
    limit: number | null;
    tooLong: boolean;
  }

  /** Items of two lists that stay, or some of the one that stand in the place of some of the other. */
  interface Hunk<T> {
    isSame: boolean;
    before: T[];
    after: T[];
  }

  /** A sentence, or a block of a rich text. */
  interface TextPart {
    text: string;
    /** Parts with the same key are the same. */
    key: string;
  }

  /**
   * Pairs the items of two lists in their order so that the sum of the scores is highest; an item
   * without a partner is alone in its pair.
   */
  type Align = <T>(
    before: T[],
    after: T[],
    scoreOf: (old: T, next: T) => number,
  ) => [T | undefined, T | undefined][];

  /** Adds to the last hunk if it is of the same sort. */
  type AddHunk = <T>(hunks: Hunk<T>[], hunk: Hunk<T>) => void;

  /**
   * Finds the smallest changes that can be taken or left: of two versions of a part, of one that is
   * new or gone, or of some that stand in the place of others.
   */
  type CompareParts = (before: TextPart[], after: TextPart[]) => Hunk<TextPart>[];

  /** Whether the editor does not want this change. */
  type IsLeft = (hunk: Hunk<any>) => boolean;

  /** Puts the parts of hunks together, without the changes that are left out. */
  type Compose = (hunks: Hunk<TextPart>[], isLeft: IsLeft) => TextPart[];

  /** Finds the parts that are taken from the proposal. */
  type AddedParts = (hunks: Hunk<TextPart>[], isLeft: IsLeft) => TextPart[];

  /** Makes the value that consists of some parts of hunks. */
  type ComposeValue = (kind: PartKind, hunks: Hunk<TextPart>[], parts: TextPart[]) => string;

  /** Makes what accepting a proposal does without the changes that are left out. */
  type ChosenOutcome = (proposal: {
    kind: PartKind;
    hunks: Hunk<TextPart>[];
    isLeft: IsLeft;
    mode: WriteMode;
    showHunk: (hunk: Hunk<TextPart>, kind: PartKind) => Node[];
  }) => Outcome;

  /** Joins some of the sentences of hunks. */
  type JoinSentences = (hunks: Hunk<TextPart>[], composed: TextPart[]) => string;

  /** How a field's value is compared part by part, and put together again. */
  interface PartKind<P extends TextPart = any> {
    split(value: string): P[];
    /** Pairs the parts of two values; without, those that are alike. */
    compare?(before: P[], after: P[]): Hunk<P>[];
    /** Returns the value that consists of some parts; without, they are sentences. */
    join?(parts: P[]): string;
    /** Returns a part's characters from an offset on, in code points, formatted. */
    show(part: P, offset: number, text: string): Node[];
    /** Returns an element that stands for the part, with what it contains. */
    box(part: P, nodes: Node[]): HTMLElement;
    /** What follows the name of a change, and what the buttons say that take and leave it. */
    words?(hunk: Hunk<P>): { suffix?: string; take?: string; leave?: string };
    /** The parts stand in one line, and are left out of the text itself. */
    isInline: boolean;
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

  interface DecisionDetails {
    /** The accepted text. */
    text?: string;
    /** Why a text was dismissed. */
    reason?: string;
  }

  type CardState = 'working' | 'proposal' | 'failed' | 'unchanged' | 'cancelled' | 'accepted';

  type Command =
    | 'cancel'
    | 'accept'
    | 'shorten'
    | 'use'
    | 'retry'
    | 'dismiss'
    | 'copy'
    | 'report'
    | 'undo'
    | 'preview'
    | 'previous';

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

  /** What there is to say about a proposal; empty where there is nothing. */
  interface CardReview {
    /** The length of what the field will hold. */
    length?: string;
    isTooLong?: boolean;
    /** What does not fit the field, besides the length. */
    faults?: string;
    /** Why the text cannot be accepted. */
    acceptBlocked?: string;
  }

  type StateView = Omit<CardView, 'state' | 'title'>;

  type ShownError = { code?: string; message: string; report?: string };

  /** With why a text is dismissed, or the button that shows something. */
  type OnCommand = (command: Command, detail?: string | HTMLElement) => void;

  /** The latest acceptance. */
  interface Acceptance {
    /** The proposal. */
    text: string;
    /** What the field held then. */
    value: string;
    undo: () => void;
  }

  interface Card {
    root: HTMLElement;
    show(view: CardView): void;
    hide(): void;
    focus(): void;
    text(): string;
    setText(text: string): void;
    /** Writes as a person does, so that Ctrl+Z takes it back. */
    edit(text: string): void;
    setStatus(status: string): void;
    /** Shows the details of the run, and of its click. */
    setDetails(details: string): void;
    /** Offers to cancel what is unfinished: the run, or its repair alone. */
    setCancellable(value: boolean, isRepairing: boolean): void;
    setReview(review: CardReview): void;
    /** Shows the text as the field will show it; without nodes, that is the text itself. */
    setFormatted(nodes: Node[]): void;
    /** Offers to see the changes to what the field holds. */
    setHasChanges(value: boolean): void;
  }

  type CreateCard = (options: {
    /** Of the field; makes ids unique. */
    key: string;
    /** Of the field. */
    label: string;
    onCommand: OnCommand;
    /** The proposal was edited. */
    onEdit: (text: string) => void;
  }) => Card;

  /** What a proposal changes, as the card shows it. */
  interface Changes {
    /** Returns the parts that the editor takes, as the text of an answer in this write mode. */
    value(mode: WriteMode): string;
    /** Returns the outcome without the parts that the editor has left out of it. */
    withoutLeftOut(outcome: Outcome, mode: WriteMode, before: string): Outcome;
    /** Shows the changes; returns whether there are any. */
    show(field: Field, outcome: Outcome): boolean;
  }

  type CreateChanges = (options: {
    card: HTMLElement;
    kind?: PartKind;
    /** Parts can be left out. */
    canChoose: boolean;
    /** A part was left out, or taken again. */
    onChoose: () => void;
  }) => Changes;

  interface Review {
    /** Returns what the field will hold once a text is accepted. */
    mergedText(text: string): string;
    /** Makes what accepting a text would write. */
    outcome(text: string): Promise<Outcome>;
    /** Compares the field with what it will become, whichever of the two was edited. */
    update(): Promise<void>;
  }

  type CreateReview = (options: {
    card: Card;
    field: Field;
    texts: Texts;
    post: Post;
    getRun: () => RunState | null;
    /** Whether the card shows a proposal. */
    isShown: () => boolean;
    isOnlyWhenEmpty: () => boolean;
    /** The editor has edited the proposal, other than by typing. */
    onEdit: (text: string) => void;
  }) => Review;

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

  type CreateApi = (options: {
    form: HTMLFormElement;
    formKey: string;
    runsUrl: string;
    texts: Pick<Texts, 'unreachable' | 'tooLarge' | 'unexpected'>;
    /** Further values to send with the form. */
    extra?: Record<string, string>;
  }) => Api;

  /** Requests to the server; each may reject with a `RequestError`. */
  interface Api {
    /** Sends the form to start a run, or to show what would be sent. */
    postForm(url: string, actionId: number | null, instruction: string): Promise<any>;
    /** Starts a run, with an editor's instruction. */
    startRun(actionId: number | null, instruction?: string): Promise<RunState>;
    poll: Poll;
    post: Post;
    /** Lists the runs of this form at a URL: the previous texts, or the side panel's. */
    listRuns(url: string): Promise<any>;
    cancel(run: RunState): Promise<RunState>;
    /**
     * Records a decision. Editors have what they want by then, so they neither wait for this nor
     * learn of its failure: it resolves in any case.
     */
    decide(run: RunState, decision: Decision, details?: DecisionDetails): Promise<void>;
  }

  type RequestOptions = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> };

  type NextDelay = (
    runs: Pick<RunState, 'status' | 'poll_after_ms'>[],
    /** The polls without an answer, in a row. */
    failures: number,
  ) => number;

  type FollowRuns = (
    /** Of one click, the first one first. */
    runs: RunState[],
    options: {
      poll: Poll;
      /** Tells what has changed; the last update of a run has its final status. */
      onUpdate: (updates: RunUpdate[]) => void;
      /** The server cannot be reached; polling goes on. */
      onConnectionLost: () => void;
      /** The server refuses; polling has ended. */
      onError: (error: RequestError) => void;
      /** For tests. */
      wait?: (milliseconds: number) => Promise<void>;
    },
  ) => /** Stops polling; no callback is called after that. */ () => void;

  interface GenerationCallbacks {
    /**
     * The candidates have changed: the shown one too, which had so many failed attempts before, or
     * others only.
     */
    onUpdate: (update: { isShown: boolean; failedAttempts?: number }) => void;
    /** Nothing was started. */
    onRefused: (error: RequestError) => void;
    /** The server cannot be reached; polling goes on. */
    onConnectionLost: () => void;
  }

  type CreateToolbar = (
    offer: FieldOffer,
    options: {
      onSelect: (action: ActionReference) => void;
      /** Shows or hides what would be sent. */
      onPreview: (toggle: HTMLElement) => void;
      /** Of the field; makes ids unique. */
      key: string;
      /** Whether the field has a text now. */
      isFilled: () => boolean;
      /** Whether that field is known to have none. */
      isEmpty: (source: string) => boolean;
      /** The number of the field's previous texts. */
      previousCount: number;
      /** Opens or closes the list of them. */
      onPrevious: (toggle: HTMLElement) => void;
    },
  ) => Toolbar;

  interface ActionOffer {
    /** About how much a click costs now; empty where that is not worth telling. */
    estimate?: string;
  }

  interface Toolbar {
    root: HTMLElement;
    /** Runs an action unless something is in its way. */
    run(action: ActionReference): void;
    /** Why the first action cannot be run now; empty where it can. */
    blockedReason(): string;
    /** Checks again whether the field and the sources have a text. */
    refresh(): void;
    focus(): void;
    /** Scrolls as little as possible, and only for somebody who works here and has not scrolled away. */
    revealCard(card: Element): void;
    /** A run of this field is unfinished, or no longer. */
    setBusy(value: boolean): void;
    /** Shows the button for previous texts, because there is one now. */
    enablePrevious(): void;
  }

  interface Menu {
    /** Checks again which actions can be run now. */
    refresh(): void;
  }

  type CreateMenu = (options: {
    place: HTMLElement;
    actions: ActionOffer[];
    /** Returns why an action cannot be run now; empty where it can. */
    blockedReason: (action: ActionOffer) => string;
    onSelect: (action: ActionReference) => void;
  }) => Menu;

  type CreateInstruction = (options: {
    /** Of the field. */
    label: string;
    toolbar: HTMLElement;
    card: Element;
    memory: Memory;
    onRun: () => void;
  }) => {
    root: HTMLElement;
    text(): string;
    /** The card offers to try again, or no longer. */
    setInCard(value: boolean): void;
  };

  interface PreviousTextsOptions {
    /** Of the field. */
    key: string;
    label: string;
    load: () => Promise<PreviousTexts>;
    /** Returns the id of the run that the card shows. */
    shownId: () => string | undefined;
    onSelect: (run: RunState) => void;
  }

  interface PreviousList {
    setOpen(value: boolean): void;
  }

  type CreatePreviousList = (
    options: PreviousTextsOptions & { toggle: HTMLElement; toolbar: HTMLElement },
  ) => PreviousList;

  /** What the widgets of one form share. */
  interface Services {
    form: HTMLFormElement;
    /** Calls back when somebody has worked anywhere in the form. */
    onFormEdit: (callback: () => void) => void;
    api: Api;
    texts: Texts;
    previewRequest: (actionId: number, instruction: string) => Promise<RequestPreview>;
    loadPreviousTexts: () => Promise<PreviousTexts>;
    /** Returns what is kept of the card of a field. */
    memoryOf: (key: string) => Memory;
    /** Tells the form that a run has ended, or was decided on. */
    notifyChanged: () => void;
    /** Lets Wagtail see that the form was written to. */
    notifyWritten: () => void;
    /** Counts again the texts that wait for a decision, as a card shows something else. */
    notifyShown: () => void;
  }

  interface WidgetOptions {
    /** Tells the field from all others of the form. */
    key: string;
    offer: FieldOffer;
    field: Field;
    /** The number of the field's previous texts. */
    previousCount: number;
  }

  type StartEditor = (options: {
    form: HTMLFormElement;
    /** Empty when the object exists. */
    formKey: string;
    offers: Offers;
    urls: DOMStringMap;
    sidePanelToggle: HTMLElement;
  }) => Promise<void>;

  /** By the key of their field; may grow. */
  type Widgets = ReadonlyMap<string, Widget>;

  /**
   * Adds the widget of a field, where its writer finds it by its name in the form, which is its key
   * where none is given; it finds none by a path within a field.
   */
  type AddWidget = (
    key: string,
    offer: FieldOffer,
    name?: string,
    /** What its requests send with the form. */
    extra?: Record<string, string>,
  ) => Promise<void>;

  /** A block of a StreamField as Wagtail's form has it. */
  interface StreamChild {
    type: string;
    id: string | null;
    value?: unknown;
    /** Of what is in the form. */
    element?: Element;
    getState?(): unknown;
  }

  /** Wagtail's widget of a StreamField; only what is used here. */
  interface StreamBlock {
    children: StreamChild[];
    getState(): StreamChild[];
    insert(child: unknown, index: number, options: object): void;
    deleteBlock(index: number, options: object): void;
  }

  /** What is taken away with the block or row of a widget. */
  interface ItemWidget extends Widget {
    abandon(): void;
    close(): void;
  }

  /** What the side panel needs of a widget. */
  interface Widget {
    root: HTMLElement;
    isBusy(): boolean;
    isWaiting(): boolean;
  }
}

interface Window {
  wagtail?: {
    editHandler?: { getPanelByName?(name: string): { getBoundWidget?(): object } | null };
  };
  /** Where the form has comments. */
  comments?: {
    commentApp: {
      store: { getState(): object };
      selectors: {
        selectComments(
          state: object,
        ): Map<number, { contentpath: string; deleted: boolean; resolved: boolean }>;
      };
    };
  };
  Chooser: new (id: string, options: object) => object;
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
  /** Wagtail's; with the widget of tags. */
  jQuery(input: HTMLInputElement): {
    tagit(command: 'removeAll'): void;
    tagit(command: 'createTag', name: string): void;
    on(event: string, callback: () => void): void;
  };
  Chart?: new (canvas: HTMLCanvasElement, configuration: object) => { destroy(): void };
}
