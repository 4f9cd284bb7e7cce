// Made from the Rust sources by the test `bindings` of the studio. Not edited by hand.

/** A language that Inkstone writes and speaks. */
export type Language = "en" | "zh-CN";

/** The kind of a document. */
export type DocumentKind = "news" | "ads" | "screenplay";

/** The colour of a set of revisions. */
export type RevisionColor =
	| "white"
	| "blue"
	| "pink"
	| "yellow"
	| "green"
	| "goldenrod"
	| "buff"
	| "salmon"
	| "cherry";

/** What an element of a script is. */
export type ScriptElement =
	| "title_page"
	| "scene_heading"
	| "action"
	| "character"
	| "parenthetical"
	| "dialogue"
	| "transition"
	| "centered"
	| "lyric"
	| "section"
	| "synopsis"
	| "note"
	| "boneyard"
	| "page_break"
	| "blank";

/** A report over a script. */
export type ReportKind =
	| "scenes"
	| "characters"
	| "locations"
	| "dialogue"
	| "day-night"
	| "int-ext";

/** Where a scene plays. */
export type SceneSetting = "interior" | "exterior" | "both" | "establishing";

/** The light of a time of day. */
export type SceneLight = "day" | "night" | "dawn" | "dusk";

/** What a script is made of. */
export type ScriptMatter = "dialogue" | "action" | "parenthetical" | "heading" | "transition";

/** The colour of a card. */
export type CardColor =
	| "red"
	| "orange"
	| "yellow"
	| "green"
	| "teal"
	| "blue"
	| "purple"
	| "pink"
	| "brown"
	| "gray";

/** Where an ad runs. */
export type Channel = "google_rsa" | "meta_feed" | "linkedin" | "x" | "tiktok" | "wechat_moments" | "xiaohongshu";

/** Brief of a news article. */
export type NewsBrief = {
	/** Language of the article: `en` or `zh-CN`. */
	language: Language;
	/** What happened, in a phrase or a sentence. */
	topic: string;
	/** The side from which it is told. */
	angle: string;
	/** What is known, one fact an entry. The article claims nothing else. */
	facts: Array<string>;
	/** Who says so, one source an entry: a person with their role, a document, an agency. */
	sources: Array<string>;
	/** For whom it is written. */
	audience: string;
	/** Length in words; each Chinese character counts as one. */
	words: number;
	/** How it sounds. */
	tone: string;
};

/** Brief of a set of ads. */
export type AdsBrief = {
	/** Language of the ads: `en` or `zh-CN`. */
	language: Language;
	/** What is advertised: its name, and what it is. */
	product: string;
	/** Whom the ads speak to. */
	audience: string;
	/** Why one would want it, one reason an entry, the strongest first. */
	selling_points: Array<string>;
	/** How the ads sound. */
	tone: string;
	/** What the reader is asked to do. */
	call_to_action: string;
	/** Where the ads run; sets their fields and limits. */
	channel: Channel;
	/** How many ads to write. */
	variants: number;
};

/** When the page of a person or a place goes into a prompt. */
export type InPrompt = "auto" | "always" | "never";

/** One of the people of a story. */
export type CharacterBrief = {
	/** The name as it stands in cues. */
	name: string;
	/** Who they are, what they want. */
	description: string;
	/** Other names they go by in the script. */
	aliases: Array<string>;
	/** Age and part in the story. */
	role: string;
	/** What they are after. */
	want: string;
	/** What they lack without knowing it. */
	need: string;
	/** What stands in their way within themselves. */
	flaw: string;
	/** How they speak: a description, or lines of theirs. */
	voice: string;
	/** What is known of them, one fact an entry. */
	facts: Array<string>;
	/** Notes, answers of an interview among them. */
	notes: Array<string>;
	/** When the page goes into a prompt. */
	prompt: InPrompt;
};

/** One of the places of a story. */
export type PlaceBrief = {
	/** The name as it stands in headings. */
	name: string;
	/** What it looks, sounds and smells like. */
	description: string;
	/** Other names it goes by in the script. */
	aliases: Array<string>;
	/** What is known of it, one fact an entry. */
	facts: Array<string>;
	/** Notes. */
	notes: Array<string>;
	/** When the page goes into a prompt. */
	prompt: InPrompt;
};

/** Brief of a screenplay. */
export type ScreenplayBrief = {
	/** Language of the script: `en` or `zh-CN`. */
	language: Language;
	/** The story in a sentence or two: who wants what, and what stands in the way. */
	logline: string;
	/** Genre. */
	genre: string;
	/** The premise: the story told in a paragraph or two, with its end. */
	premise: string;
	/** The people of the story. */
	characters: Array<CharacterBrief>;
	/** The places of the story. */
	places: Array<PlaceBrief>;
	/** Things that matter and are watched over: a letter, a key. */
	props: Array<string>;
	/** How it feels. */
	tone: string;
	/** How many scenes. */
	scenes: number;
};

/** The brief of a document of any kind. */
export type Brief = NewsBrief | AdsBrief | ScreenplayBrief;

/** What a desk is asked to do. Not every kind has every task; see [`crate::tasks`]. */
export type Task =
	| { task: "draft" }
	| { task: "beats" }
	| { task: "outline" }
	| { task: "scene"; number: number }
	| { task: "continue" }
	| { task: "rewrite" }
	| { task: "shorten" }
	| { task: "expand" }
	| { task: "tone"; tone: string }
	| { task: "simplify" }
	| { task: "correct" }
	| { task: "translate"; into: Language }
	| { task: "headline" }
	| { task: "dek" }
	| { task: "describe" }
	| { task: "own"; id: string }
	| { task: "premise" }
	| { task: "characters" }
	| { task: "revise_beats" }
	| { task: "revise_entry"; number: number }
	| { task: "revise_scene"; number: number }
	| { task: "dialogue"; character: string }
	| { task: "alternatives" }
	| { task: "turns"; written: Array<string> }
	| { task: "punch_up"; number: number }
	| { task: "coverage" }
	| { task: "knowledge" }
	| { task: "interview" }
	| { task: "assistant" }
	| { task: "summary" }
	| { task: "judge" };

/** How the window is coloured. */
export type Theme = "system" | "light" | "dark" | "sepia";

/** Whether a project's text may leave the machine. */
export type Privacy = "local_only" | "remote_allowed";

/** Everything a window needs when it opens. */
export type AppState = {
	/** Version of the program. */
	version: string;
	/** UI language; `null` until a person chose one (the UI then follows the system). */
	language: Language | null;
	/** Colours. */
	theme: Theme;
	/** Where the library file lies. */
	library_path: string;
	/** All projects that are not in the bin. */
	projects: Array<ProjectDto>;
	/** The model shelf. */
	models: Array<ModelDto>;
	/** What was open last. */
	last_open: LastOpen | null;
};

/** What was open last. */
export type LastOpen = {
	/** The project. */
	project_id: string;
	/** The draft in it, if one was open. */
	draft_id: string | null;
};

/** A project. */
export type ProjectDto = {
	/** Id. */
	id: string;
	/** Name. */
	name: string;
	/** Language of its texts. */
	language: Language;
	/** Whether remote models may be used. */
	privacy: Privacy;
	/** The model chosen for it. */
	model_id: string;
	/** Words and phrases never to use, one a line. */
	house_rules: string;
	/** Time of the last change. */
	updated_at: number;
};

/** A project to try things out in. */
export type SampleDto = {
	/** It, ready. */
	project: ProjectDto;
	/** The draft that says what to try. */
	start: string;
	/** Drafts whose brief is filled in and that wait for a first take. */
	to_write: Array<string>;
};

/** A document in the list. */
export type DocumentDto = {
	/** Id. */
	id: string;
	/** Its project. */
	project_id: string;
	/** Kind. */
	kind: DocumentKind;
	/** Language of its text. */
	language: Language;
	/** Title of the draft opened last; may be empty. */
	title: string;
	/** Its drafts, oldest first. */
	drafts: Array<DraftSummaryDto>;
	/** Time of the last change. */
	updated_at: number;
};

/** A draft in the list. */
export type DraftSummaryDto = {
	/** Id. */
	id: string;
	/** Its document. */
	document_id: string;
	/** Name; the first draft of a document is called `main`, and the UI shows its own word for it. */
	name: string;
	/** Time of the last change. */
	updated_at: number;
};

/** An opened draft with all that stands around it. */
export type DraftView = {
	/** The document it belongs to. */
	document: DocumentDto;
	/** The draft's brief. */
	brief: Brief;
	/** Id of the draft. */
	draft_id: string;
	/** Its title; may be empty. */
	title: string;
	/** Its text. */
	body: string;
	/** Counts up with each saved change; sent back with the next edits. */
	revision: number;
	/** What stands in it, counted. */
	counts: CountsDto;
	/** Takes of this draft, newest first. */
	takes: Array<TakeDto>;
};

/** Counts of a text. */
export type CountsDto = {
	/** English words plus Chinese characters. */
	words: number;
	/** Characters as a reader counts them, without line breaks. */
	characters: number;
};

/** Why nothing comes for now. */
export type WaitDto = "first_token" | "retry" | "loading" | "asked";

/** What a take waits for before its first word. */
export type WaitingDto = {
	/** The reason. */
	why: WaitDto;
	/** Seconds until the next attempt (`retry`, `loading`, `asked`), or seconds gone by. */
	seconds: number;
	/** The attempt that is waited for, from 1. */
	attempt: number;
};

/** One replacement in a text. */
export type EditDto = {
	/** Start, in UTF-16 units of the text before the batch. */
	from: number;
	/** End, likewise. */
	to: number;
	/** What stands there instead. */
	insert: string;
};

/** Where an edit came from. */
export type EditCause = "typing" | "paste" | "undo" | "redo";

/** Answer to saved edits. */
export type Saved = {
	/** The draft's new revision. */
	revision: number;
	/** What stands in it now. */
	counts: CountsDto;
};

/** A point in a draft's history. */
export type HistoryNodeDto = {
	/** Id. */
	id: string;
	/** The node it grew from. */
	parent_id: string | null;
	/** True for a version (kept, named or accepted), false for an automatic snapshot. */
	version: boolean;
	/** Name that a person gave. */
	name: string | null;
	/** Why it was made: `autosave`, `named`, `accepted`, `before_restore`, `restored`, `branch`. */
	label: string;
	/** Length in characters. */
	characters: number;
	/** When. */
	created_at: number;
};

/** What an undo or redo did. */
export type Undone = {
	/** False if there was nothing to take back or do again. */
	done: boolean;
	/** The draft's revision now. */
	revision: number;
	/** The change of the text, in UTF-16 units of the text before. */
	edits: Array<EditDto>;
	/** Whether title or brief changed. */
	described: boolean;
	/** The draft's title now. */
	title: string;
	/** The draft's brief now. */
	brief: Brief;
	/** What stands in the text now. */
	counts: CountsDto;
};

/** Characters that one model wrote. */
export type ModelShare = {
	/** The model's name. */
	name: string;
	/** How many characters. */
	characters: number;
};

/** Who wrote what came between a node and its parent, in characters. */
export type WrittenDto = {
	/** Typed by a person. */
	typed: number;
	/** Pasted. */
	pasted: number;
	/** Imported. */
	imported: number;
	/** Written by models. */
	models: Array<ModelShare>;
	/** Taken out. */
	removed: number;
};

/** A node of a document's history. */
export type TreeNode = {
	/** Id. */
	id: string;
	/** The draft it was kept for. */
	draft_id: string;
	/** The node it grew from. */
	parent_id: string | null;
	/** The other node that went in, after a merge. */
	merged_from: string | null;
	/** True for a version (kept, named or accepted), false for an automatic snapshot. */
	version: boolean;
	/** Name that a person gave. */
	name: string | null;
	/** Why it was made: `autosave`, `named`, `accepted`, `before_restore`, `restored`, `branch`, `before_merge`, `merged`, `before_import`, `imported`. */
	label: string;
	/** Length in characters. */
	characters: number;
	/** Who wrote what came since the parent. */
	written: WrittenDto;
	/** When. */
	created_at: number;
	/** Whether a person hid it. */
	hidden: boolean;
};

/** A part of a document's history. */
export type HistoryPage = {
	/** The nodes, newest first. */
	nodes: Array<TreeNode>;
	/** Whether there are older ones. */
	more: boolean;
};

/** What a node keeps. */
export type NodeView = {
	/** The title it had. */
	title: string;
	/** The brief it had. */
	brief: Brief;
	/** The text it had. */
	body: string;
	/** What stands in it, counted. */
	counts: CountsDto;
};

/** One thing in the bin. */
export type BinItemDto = {
	/** What it is. */
	what: "project" | "document" | "draft";
	/** Its id. */
	id: string;
	/** A project's name, a document's title (may be empty), or a draft's name. */
	name: string;
	/** The title of the document that a draft belongs to. */
	of: string | null;
	/** The project it belongs to, or is. */
	project_id: string;
	/** That project's name. */
	project: string;
	/** The document's kind. */
	kind: DocumentKind | null;
	/** How many documents a project has, or drafts a document. */
	holds: number;
	/** When it was deleted. */
	deleted_at: number;
};

/** What emptying the bin deleted. */
export type EmptiedDto = {
	/** Projects. */
	projects: number;
	/** Documents. */
	documents: number;
	/** Drafts. */
	drafts: number;
};

/** A piece of a comparison. */
export type DiffPieceDto = {
	/** `equal`, `insert` or `delete`. */
	change: "equal" | "insert" | "delete";
	/** The text. */
	text: string;
};

/** Where a model stands. */
export type ModelState =
	| { state: "idle" }
	| { state: "loading" }
	| { state: "ready" }
	| { state: "failed"; error: ErrorDto };

/** A model on the shelf. */
export type ModelDto = {
	/** Id; the starter model's is `starter`. */
	id: string;
	/** Name to show. */
	name: string;
	/** What it is. */
	source: ModelSourceDto;
	/** Where it stands. */
	state: ModelState;
	/** Tasks that want a larger model than this: asked for, they are refused. */
	beyond: Array<string>;
	/** What a million tokens cost, where the person said it. */
	price: PriceDto | null;
	/** How its file stands on the disk; none for a server's. */
	disk?: DiskDto;
};

/** Where a model comes from. */
export type ModelSourceDto =
	| { kind: "starter"; file: ModelFileDto }
	| { kind: "file"; path: string; file: ModelFileDto }
	| { kind: "server"; base_url: string; host: string; model: string; key: KeyPlace | null; api: string; needs_key: boolean }
	| { kind: "search"; path: string; file: ModelFileDto };

/** Facts read from a model file. */
export type ModelFileDto = {
	/** Architecture. */
	architecture: string;
	/** Most frequent tensor type. */
	quantization: string;
	/** Number of weights in millions. */
	parameters_millions: number;
	/** Context length in tokens. */
	context_length: number;
	/** Size in MiB, rounded up. */
	mebibytes: number;
	/** Licence. */
	license: string | null;
	/** What the file says of itself. */
	description: string | null;
};

/** How a model goes with the machine's memory. */
export type Fit = "fits" | "tight" | "too_big" | "unknown";

/** A program that keeps models on this machine, and how it keeps them. */
export type OtherProgram = "ollama" | "lm_studio" | "jan" | "gpt4all" | "hugging_face";

/** How a model's file stands on the disk and goes with the machine. */
export type DiskDto = {
	/** It is not where it was. */
	missing: boolean;
	/** Size of the file. */
	bytes: number;
	/** About the memory that it takes while it writes, in bytes. */
	needed: number;
	/** How that goes with this machine's memory. */
	fit: Fit;
	/** Tokens a second as measured here, where it was measured. */
	tokens_per_second: number | null;
	/** The folder on the shelf in which it was found. */
	folder: string | null;
	/** The program whose file it is. */
	program: string | null;
};

/** A file that is no model for this program. */
export type UnreadableDto = {
	/** Its path. */
	path: string;
	/** Why. */
	error: ErrorDto;
};

/** A file with the same bytes as another one. */
export type DoubleDto = {
	/** Its path. */
	path: string;
	/** The one that is on the shelf. */
	same_as: string;
};

/** A folder whose model files come onto the shelf by themselves. */
export type ModelFolderDto = {
	/** Its path. */
	path: string;
	/** Whether it is the program's own, which can't be taken off. */
	own: boolean;
	/** Whether it is there. */
	here: boolean;
	/** Ids of its models on the shelf. */
	models: Array<string>;
	/** Files that are no model for this program. */
	unreadable: Array<UnreadableDto>;
	/** Files that are there twice. */
	doubles: Array<DoubleDto>;
	/** There are more files in it than are looked at. */
	cut: boolean;
};

/** A model file that another program has. */
export type FoundModelDto = {
	/** The name that the program has for it. */
	name: string;
	/** Its path. */
	path: string;
	/** What it says of itself, where it can be read. */
	file: ModelFileDto | null;
	/** Why this program can't use it. */
	error: ErrorDto | null;
	/** About the memory that it takes, in bytes. */
	needed: number;
	/** How that goes with this machine's memory. */
	fit: Fit;
	/** Id of the model on the shelf with the same bytes. */
	on_shelf: string | null;
};

/** What was found of one program. */
export type FoundProgramDto = {
	/** The program. */
	program: OtherProgram;
	/** Its name. */
	name: string;
	/** The folder. */
	path: string;
	/** The models in it. */
	models: Array<FoundModelDto>;
	/** There are more than are looked at. */
	cut: boolean;
};

/** Another program's file, to be used where it lies. */
export type AddFound = {
	/** Its path. */
	path: string;
	/** The name that the program has for it. */
	name: string;
	/** The program. */
	program: OtherProgram;
};

/** How a download stands. */
export type DownloadState =
	| { state: "queued" }
	| { state: "running" }
	| { state: "waiting"; seconds: number; error: ErrorDto }
	| { state: "checking" }
	| { state: "paused" }
	| { state: "failed"; error: ErrorDto }
	| { state: "done"; model_id: string };

/** A model file that comes in. */
export type DownloadDto = {
	/** Id. */
	id: string;
	/** Where it comes from. */
	url: string;
	/** The host that was asked for. */
	host: string;
	/** Other hosts that it was sent on to, in order. */
	sent_on: Array<string>;
	/** Name of the file. */
	name: string;
	/** How it stands. */
	state: DownloadState;
	/** Bytes that are there. */
	bytes: number;
	/** Bytes in all, where the server says. */
	total: number | null;
	/** Bytes a second, of late. */
	per_second: number | null;
	/** Seconds that are left at that pace. */
	seconds_left: number | null;
	/** SHA-256 that it must have. */
	sha256: string | null;
};

/** What a person typed to say which file they mean. */
export type PlanDownload = {
	/** An address, or `OWNER/REPOSITORY/FILE` on a model hub. */
	what: string;
	/** The address of the hub; none where `what` is an address. */
	hub?: string;
};

/** What a download would be. Nothing has been asked for. */
export type PlannedDownload = {
	/** Exactly what is asked for. */
	url: string;
	/** Of whom. */
	host: string;
	/** Name of the file. */
	name: string;
	/** The folder it comes into. */
	folder: string;
	/** There is a file of this name already. */
	taken: boolean;
};

/** Asks for a model file. */
export type StartDownload = {
	/** Its address. */
	url: string;
	/** SHA-256 that it must have, if the person knows it. */
	sha256?: string;
	/** A key for its host, where that gives it only to some; kept in memory, and sent to no other. */
	api_key?: string;
};

/** A host of models, to choose. */
export type HubDto = {
	/** Its name. */
	name: string;
	/** Its address. */
	base_url: string;
};

/** What is known of this machine. */
export type MachineDto = {
	/** Memory in bytes, where the system tells. */
	memory: number | null;
	/** What of it could be used now. */
	free: number | null;
	/** Cores. */
	cores: number;
	/** Bytes that are free where models are kept. */
	disk: number | null;
};

/** What speeds are estimated from. */
export type SpeedBasisDto = {
	/** Name of the model that was measured. */
	model: string;
	/** Size of its file. */
	bytes: number;
	/** Tokens a second that it wrote. */
	tokens_per_second: number;
};

/** A model of the guide on this machine. */
export type GuideEntryDto = {
	/** Its family, as `Qwen`. */
	family: string;
	/** Its name. */
	name: string;
	/** Where it is on a hub, as `OWNER/REPOSITORY/FILE`. */
	what: string;
	/** Size of the file in bytes, about. */
	bytes: number;
	/** Weights in millions. */
	parameters_millions: number;
	/** How the weights are stored. */
	quantization: string;
	/** Tokens that it can read. */
	context_length: number;
	/** Its licence. */
	license: string;
	/** The licence restricts what it may be used for. */
	restricted: boolean;
	/** Languages it is good in, as `en`. */
	languages: Array<string>;
	/** What it is good for: `draft`, `chinese`, `large`, `quick`. */
	good_for: Array<string>;
	/** About the memory that it takes, in bytes. */
	needed: number;
	/** How that goes with this machine. */
	fit: Fit;
	/** Tokens a second that may be expected, from the slowest to the fastest; none where nothing was measured. */
	expected: [number, number] | null;
};

/** The guide on this machine. */
export type GuideDto = {
	/** The machine. */
	machine: MachineDto;
	/** What speeds are estimated from; none where nothing was measured. */
	basis: SpeedBasisDto | null;
	/** The tokens for which memory is reckoned. */
	tokens: number;
	/** Hosts of models to choose from. */
	hubs: Array<HubDto>;
	/** The one that is chosen, as an address. */
	hub: string;
	/** The models, those that fit first. */
	models: Array<GuideEntryDto>;
};

/** Chooses a host of models. */
export type SetHub = {
	/** Its address; empty for the usual one. */
	base_url: string;
};

/** How far a take is. */
export type TakeStatus = "waiting" | "writing" | "done" | "stopped" | "incomplete" | "failed" | "interrupted";

/** What the person did with a take. */
export type TakeDecision = "pending" | "accepted" | "discarded";

/** One generation, as a suggestion. */
export type TakeDto = {
	/** Id of the generation. */
	id: string;
	/** Takes asked for together share a batch. */
	batch_id: string;
	/** Place among its siblings, from 0. */
	variant: number;
	/** The draft it is for. */
	draft_id: string;
	/** Name of the task, as [`inkstone_desks::Task::name`] has it. */
	task: string;
	/** How far it is. */
	status: TakeStatus;
	/** What the person did with it. */
	decision: TakeDecision;
	/** A title found in it (news headline). */
	title: string | null;
	/** The text in the document's notation. */
	text: string;
	/** Start of what it would replace, in UTF-16 units of the text when it was asked for. */
	from: number;
	/** End, likewise; equal to `from` for an insertion. */
	to: number;
	/** The model's name. */
	model_name: string;
	/** Host it was sent to; `null` for a local model. */
	host: string | null;
	/** Seed (an integer below 2^53). */
	seed: number;
	/** Prompt template and language, as `news/draft.en`. */
	template: string;
	/** Tokens written so far. */
	tokens: number;
	/** Speed, once known. */
	tokens_per_second: number | null;
	/** What a server is waited for; `null` once text comes. */
	waiting: WaitingDto | null;
	/** Why it ended, in the adapter's words. */
	finish_reason: string | null;
	/** What failed. */
	error: ErrorDto | null;
	/** When it was asked for. */
	created_at: number;
	/** Who was passed over, what was made up for, and what it cost. */
	facts: TakeFacts;
};

/** Answer to a request for takes. */
export type Batch = {
	/** Id of the batch; stops them all. */
	batch_id: string;
	/** The takes, in order, still waiting. */
	takes: Array<TakeDto>;
};

/** How bad a finding is. */
export type FindingSeverity = "error" | "warning" | "info";

/** What a check found. */
export type FindingDto = {
	/** Rule; its sentence is in the locale file `checks`. */
	rule: string;
	/** How bad. */
	severity: FindingSeverity;
	/** Start in the text (UTF-16), if it has a place. */
	from: number | null;
	/** End in the text. */
	to: number | null;
	/** Values for the sentence's holes. */
	values: { [key in string]: string };
};

/** Ads of a text as a grid. */
export type AdGrid = {
	/** Channel whose limits apply. */
	channel: string;
	/** The ads, in order. */
	ads: Array<AdDto>;
};

/** One ad. */
export type AdDto = {
	/** Its fields, in order. */
	fields: Array<AdFieldDto>;
	/** Start of the ad in the text (UTF-16). */
	from: number;
	/** End. */
	to: number;
};

/** One field of an ad. */
export type AdFieldDto = {
	/** `headline`, `description`, `primary_text`, `call_to_action`. */
	field: string;
	/** The text. */
	text: string;
	/** Its size as the channel counts it. */
	size: number;
	/** The channel's limit, if it has one for this field. */
	limit: number | null;
	/** Whether the limit is hard (else recommended). */
	hard: boolean;
};

/** How a request that left the machine ended. */
export type LedgerState = "sent" | "stopped" | "done" | "refused" | "failed";

/** One thing that left the machine. */
export type LedgerEntryDto = {
	/** Id. */
	id: string;
	/** When. */
	at: number;
	/** Host. */
	host: string;
	/** The HTTP method; empty where it was not written down. */
	method: string;
	/** The path on the host. */
	path: string;
	/** What for: a task's name, `list_models`. */
	purpose: string;
	/** The project it was of. */
	project_id: string | null;
	/** That project's name, if it is still there. */
	project: string | null;
	/** Bytes sent. */
	bytes_out: number;
	/** Bytes received. */
	bytes_in: number;
	/** The generation it belongs to. */
	generation_id: string | null;
	/** How it ended. */
	state: LedgerState;
	/** HTTP status of the answer. */
	status: number | null;
	/** The kind of failure, if it failed. */
	failure: string | null;
	/** Whether names and numbers in it gave way to placeholders. */
	masked: boolean;
	/** SHA-256 of what was sent. */
	sha256: string | null;
	/** Whether the text that was sent is still kept. */
	kept: boolean;
};

/** Which entries are asked for. What is left out counts as any. */
export type LedgerAsk = {
	/** Only of this project. */
	project_id: string | null;
	/** Only to this host. */
	host: string | null;
	/** Only since then. */
	since: number | null;
	/** Only before then. */
	until: number | null;
	/** Only with these words in what was sent. */
	words: string;
	/** Only behind this place; [`LedgerPageDto::next`]. */
	after: string | null;
};

/** Entries, newest first, and what they can be narrowed by. */
export type LedgerPageDto = {
	/** The entries. */
	entries: Array<LedgerEntryDto>;
	/** Where to go on, if there may be more. */
	next: string | null;
	/** All hosts of the ledger, those asked most first. */
	hosts: Array<string>;
};

/** One message as it was sent. */
export type SentMessage = {
	/** `system`, `user`, `assistant`; `prompt` for one that is no message. */
	role: string;
	/** Its text. */
	text: string;
};

/** What was sent, word for word. */
export type SentDto = {
	/** The messages in it, in their order; empty where none can be told apart. */
	messages: Array<SentMessage>;
	/** What went along with them: model, temperature and the like, a line each. */
	settings: Array<string>;
	/** The body as it left, as text; `null` where none was sent or it was cleared. */
	raw: string | null;
	/** Whether only the beginning of it is here. */
	cut: boolean;
};

/** How the ledger is written to a file. */
export type LedgerForm = "csv" | "jsonl";

/** Writes entries to a file. */
export type ExportLedger = {
	/** The file. */
	path: string;
	/** Its form. */
	form: LedgerForm;
	/** Which entries; the place to go on is left aside. */
	ask: LedgerAsk;
};

/** Writes one body to a file, byte for byte. */
export type ExportSent = {
	/** The entry. */
	id: string;
	/** The file. */
	path: string;
};

/** Clears texts that were sent; the entries stay. */
export type ClearSent = {
	/** The entries; `null` for all. */
	ids: Array<string> | null;
};

/** What a masked value is. */
export type MaskKind = "name" | "email" | "phone" | "id" | "card" | "account";

/** What is masked in a project. */
export type MaskRules = {
	/** Whether anything is. */
	on: boolean;
	/** Kinds that are left as they are. */
	leave: Array<MaskKind>;
	/** Names that are masked besides those of the project's people. */
	names: Array<string>;
	/** Found names that are left as they are. */
	keep_names: Array<string>;
};

/** A value and its placeholder, to show. */
export type Masked = {
	/** What it is. */
	kind: MaskKind;
	/** The value. */
	value: string;
	/** What is sent in its place. */
	placeholder: string;
};

/** Names a project, and the draft whose values are shown. */
export type MaskingOf = {
	/** The project. */
	project_id: string;
	/** The draft that is open. */
	draft_id: string | null;
};

/** What is masked in a project from now on. */
export type SetMasking = {
	/** The project. */
	project_id: string;
	/** The rules. */
	rules: MaskRules;
};

/** What is masked in a project. */
export type MaskingDto = {
	/** The rules. */
	rules: MaskRules;
	/** Names that were found in briefs and scripts of the project. */
	people: Array<string>;
	/** What of the open draft, its brief and its text, would be masked. */
	masked: Array<Masked>;
};

/** The whole record of one generation, for the curious and for proof. */
export type GenerationRecordDto = {
	/** The take. */
	take: TakeDto;
	/** Model id on the shelf. */
	model_id: string;
	/** SHA-256 of the model file. */
	model_sha256: string | null;
	/** Adapter and version. */
	engine: string;
	/** SHA-256 of the prompt template. */
	template_sha256: string;
	/** The request as it was sent: messages, sampling, limits (JSON). */
	request: string;
	/** The model's output as it came. */
	output: string;
	/** Tokens of the prompt. */
	prompt_tokens: number | null;
	/** Tokens of the answer. */
	completion_tokens: number | null;
	/** Time to the first token in ms. */
	first_token_ms: number | null;
	/** Whole time in ms. */
	total_ms: number | null;
};

/** What is picked at once. */
export type MixUnit = "sentence" | "paragraph";

/** Two takes that are laid side by side. */
export type MixSides = {
	left: string;
	right: string;
	by: MixUnit;
};

/** Two takes in passages. */
export type MixView = {
	/** Of the one. */
	left: Array<MixPassage>;
	/** Of the other. */
	right: Array<MixPassage>;
};

/** A passage of a take. */
export type MixPassage = {
	/** Where it stands in the take's text, in UTF-16 units. */
	from: number;
	/** Its end. */
	to: number;
	/** What stands between it and the passage before; empty for the first. */
	gap: string;
	/** Its text, by what the other take has too. */
	words: Array<MixWords>;
};

/** A run of words. */
export type MixWords = {
	/** Whether only this take has them. */
	own: boolean;
	/** The words. */
	text: string;
};

/** A passage that was picked. */
export type MixPiece = {
	take_id: string;
	/** Where it stands in the take's text, in UTF-16 units. */
	from: number;
	to: number;
	/** White space before it. */
	gap: string;
};

/** Takes a mix into the text. `from`/`to` say where it belongs now; `text` is what the person saw, edited or not. */
export type AcceptMix = {
	draft_id: string;
	base_revision: number;
	from: number;
	to: number;
	pieces: Array<MixPiece>;
	text: string;
};

/** A state of a document. */
export type StateRef =
	| { of: "draft"; id: string }
	| { of: "node"; id: string };

/** Two states to compare. */
export type CompareStates = {
	/** The older, or the one that is taken from. */
	old: StateRef;
	/** The newer. */
	new: StateRef;
};

/** What is known of one side. */
export type SideDto = {
	/** What it is. */
	state: StateRef;
	/** The draft that it belongs to. */
	draft_id: string;
	/** That draft's name. */
	draft_name: string;
	/** A node's name, if a person gave one. */
	name: string | null;
	/** Why a node was made; `null` for a draft. */
	label: string | null;
	/** When: the node's time, or when the draft was changed last. */
	at: number;
	/** The draft's revision, for a draft. */
	revision: number | null;
	/** Words in it. */
	words: number;
};

/** A run of text of a comparison. Places are UTF-16 units in their text; where the run is not in a text they are empty and say where it would stand. */
export type ComparedPart = {
	/** `equal`, `insert`, `delete`, or `away` and `here` for what stands elsewhere. */
	kind: "equal" | "insert" | "delete" | "away" | "here";
	/** The text: of the new side, or of the old one where it is not in the new. */
	text: string;
	/** Start in the old text. */
	old_from: number;
	/** End in the old text. */
	old_to: number;
	/** Start in the new text. */
	new_from: number;
	/** End in the new text. */
	new_to: number;
	/** The number of the move, for `away` and `here`. */
	moved: number | null;
};

/** What stands elsewhere. */
export type ComparedMove = {
	/** What was changed in it: `equal`, `insert` and `delete`. */
	parts: Array<ComparedPart>;
	/** Start in the old text. */
	old_from: number;
	/** End in the old text. */
	old_to: number;
	/** Where it would stand in the new text. */
	back_to: number;
	/** Start in the new text. */
	new_from: number;
	/** End in the new text. */
	new_to: number;
};

/** Title or a field of the brief that differs. */
export type FieldChange = {
	/** `title`, or the field's name in the brief. */
	field: string;
	/** As it was; lists have an entry a line. */
	old: string;
	/** As it is. */
	new: string;
	/** The difference. */
	pieces: Array<DiffPieceDto>;
};

/** Two states side by side. */
export type ComparisonDto = {
	/** The old side. */
	old: SideDto;
	/** The new side. */
	new: SideDto;
	/** All of both texts, in reading order. */
	parts: Array<ComparedPart>;
	/** What stands elsewhere, by number. */
	moves: Array<ComparedMove>;
	/** Title and fields that differ. */
	fields: Array<FieldChange>;
	/** Words only in the new text, moves left out. */
	words_in: number;
	/** Words only in the old text. */
	words_out: number;
};

/** Two states of a script side by side. */
export type ScriptComparisonDto = {
	/** The old side. */
	old: SideDto;
	/** The new side. */
	new: SideDto;
	/** The scenes of the new script in order, removed ones where they stood. */
	scenes: Array<SceneComparisonDto>;
	/** How many scenes came. */
	added: number;
	/** How many went. */
	removed: number;
	/** How many stand elsewhere. */
	moved: number;
	/** How many stand where they stood, with changes inside. */
	changed: number;
};

/** What differs between two scripts. */
export type ScriptDifference = {
	/** The scenes of the new script in order, removed ones where they stood. */
	scenes: Array<SceneComparisonDto>;
	/** How many scenes came. */
	added: number;
	/** How many went. */
	removed: number;
	/** How many stand elsewhere. */
	moved: number;
	/** How many stand where they stood, with changes inside. */
	changed: number;
};

/** A scene of either script or of both. What stands before the first heading counts as one. */
export type SceneComparisonDto = {
	/** What became of it. */
	change: "same" | "changed" | "moved" | "added" | "removed";
	/** Its heading: of the new script, or of the old one where it is not in the new; empty for what stands before the first one. */
	heading: string;
	/** Its place among the scenes of the old script, from 1; 0 for what stands before them. */
	old_number: number | null;
	/** Its place among the scenes of the new script. */
	new_number: number | null;
	/** Where it stands in the new script, or would stand, in UTF-16 units. */
	at: number;
	/** Its elements, in reading order, each of either script once. Of a scene that is the same, none. */
	elements: Array<ElementComparisonDto>;
};

/** An element of either script or of both. */
export type ElementComparisonDto = {
	/** What it is. */
	kind: ScriptElement;
	/** What became of it. */
	change: "same" | "changed" | "added" | "removed";
	/** What it says: in pieces where it was rewritten, else in one. */
	pieces: Array<DiffPieceDto>;
	/** Where it stands in the new script, or would stand, in UTF-16 units. */
	at: number;
};

/** A passage to take. */
export type Passage = {
	/** Start in the draft, in UTF-16 units. */
	from: number;
	/** End in the draft. */
	to: number;
	/** Start in the source. */
	source_from: number;
	/** End in the source. */
	source_to: number;
};

/** Passages and fields to take from a state into a draft. */
export type TakePassages = {
	/** The draft that gets them. */
	draft_id: string;
	/** The revision that the places were made for. */
	base_revision: number;
	/** Where they come from. */
	source: StateRef;
	/** The revision of the source, if it is a draft. */
	source_revision: number | null;
	/** The passages, in order. */
	passages: Array<Passage>;
	/** Fields to take: `title`, or names of the brief's fields. */
	fields: Array<string>;
};

/** Two drafts of a document. */
export type DraftPair = {
	/** The draft that is merged into. */
	draft_id: string;
	/** The draft that is merged. */
	other_id: string;
};

/** A part of a merged text. */
export type MergePart = {
	/** `same`; `mine` or `theirs` where only that side changed it; `conflict` where both did. */
	kind: "same" | "mine" | "theirs" | "conflict";
	/** The text; empty for a conflict. */
	text: string;
	/** What is to be decided. */
	conflict: ConflictDto | null;
};

/** Sentences that both sides changed. */
export type ConflictDto = {
	/** As they were. */
	base: string;
	/** In the draft that is merged into. */
	mine: string;
	/** In the draft that is merged. */
	theirs: string;
	/** What mine changed. */
	mine_pieces: Array<DiffPieceDto>;
	/** What theirs changed. */
	theirs_pieces: Array<DiffPieceDto>;
	/** What taking both gives. */
	both: string;
	/** Whether both are woven into one sentence; otherwise theirs stands behind mine. */
	woven: boolean;
};

/** Title or a field of the brief in which the drafts differ. */
export type FieldMerge = {
	/** `title`, or the field's name in the brief. */
	field: string;
	/** As it was. */
	base: string;
	/** In the draft that is merged into. */
	mine: string;
	/** In the draft that is merged. */
	theirs: string;
	/** `mine` or `theirs` where only that side changed it, `conflict` where both did. */
	kind: "mine" | "theirs" | "conflict";
};

/** What a merge would do. */
export type MergePlan = {
	/** The draft that is merged into. */
	mine: SideDto;
	/** The draft that is merged. */
	theirs: SideDto;
	/** What both grew out of; `null` if that is nothing. */
	base: SideDto | null;
	/** The whole text in order. */
	parts: Array<MergePart>;
	/** Title and fields that differ. */
	fields: Array<FieldMerge>;
	/** How many conflicts the text has. */
	conflicts: number;
};

/** What a person takes at a conflict. */
export type ChoiceDto =
	| { take: "mine" }
	| { take: "theirs" }
	| { take: "both" }
	| { take: "edited"; text: string };

/** Which side a field is taken from. */
export type FieldSide = "mine" | "theirs";

/** A merge that was decided. */
export type MergeDrafts = {
	/** The draft that is merged into. */
	draft_id: string;
	/** Its revision in the plan. */
	base_revision: number;
	/** The draft that is merged. */
	other_id: string;
	/** Its revision in the plan. */
	other_revision: number;
	/** A choice for each conflict, in order. */
	choices: Array<ChoiceDto>;
	/** Fields by name, where the plan's suggestion is not wanted or there was a conflict. */
	fields: { [key in string]: FieldSide };
};

/** Where a run of text came from, as a person tells it. */
export type SourceKind = "typed" | "pasted" | "imported" | "generated" | "filled" | "edited";

/** Words by where they came from; each Chinese character is one. */
export type ShareDto = {
	/** All words. */
	words: number;
	/** Typed. */
	typed: number;
	/** From the clipboard. */
	pasted: number;
	/** From files. */
	imported: number;
	/** As a model wrote them. */
	generated: number;
	/** Put in by a model from the brief. */
	filled: number;
	/** A model's, changed by a person: before it was accepted, or within a word after. */
	edited: number;
};

/** A run of text with one source. */
export type SpanDto = {
	/** Start, in UTF-16 units. */
	from: number;
	/** End. */
	to: number;
	/** Where it came from. */
	kind: SourceKind;
	/** The generation, if a model had a hand in it. */
	generation_id: string | null;
	/** The file it was imported from; empty if its name was not kept. */
	file: string | null;
};

/** A generation as a card shows it. */
export type SourceDto = {
	/** Its id; the record has the rest. */
	generation_id: string;
	/** The model's name. */
	model_name: string;
	/** The host that was asked; `null` for a local model. */
	host: string | null;
	/** The task's name. */
	task: string;
	/** Prompt template and language, as `news/draft.en`. */
	template: string;
	/** Seed (an integer below 2^53). */
	seed: number;
	/** What became of the suggestion. */
	decision: TakeDecision;
	/** When it was asked for. */
	created_at: number;
};

/** Where the words of a draft came from. */
export type ProvenanceDto = {
	/** The draft. */
	draft_id: string;
	/** The revision that the places belong to. */
	revision: number;
	/** Runs of one source, in order, tiling the text. */
	spans: Array<SpanDto>;
	/** What models wrote of it, in the order of the text. */
	sources: Array<SourceDto>;
	/** Words by where they came from. */
	share: ShareDto;
};

/** The form of a report. */
export type ReportForm = "markdown" | "html" | "json";

/** A label by choice. */
export type Label = "aigc" | "mark" | "sentence" | "json";

/** Where to write a report of where a draft's words came from. */
export type ExportProvenance = {
	/** The draft. */
	draft_id: string;
	/** Where to. */
	path: string;
	/** In which form. */
	form: ReportForm;
	/** The language of the report. */
	language: Language;
};

/** Where to write a draft's text with labels. */
export type ExportLabelled = {
	/** The draft. */
	draft_id: string;
	/** Where to; one that ends in `.html` or `.docx` is written in that form. */
	path: string;
	/** Which labels. */
	labels: Array<Label>;
	/** Name or code of who offers the generating service; empty for the models' names. */
	producer: string;
};

/** What has changed since a generation was recorded. */
export type ReplaySubject = "model_file" | "engine" | "template";

/** One change since a generation was recorded. */
export type ReplayChange = {
	/** What has changed. */
	subject: ReplaySubject;
	/** What the record says. */
	was: string;
	/** What is there now; empty if it is gone. */
	now: string;
};

/** What a replay has shown. */
export type ReplayOutcome = "identical" | "identical_so_far" | "different" | "stopped";

/** The first place where a replay differs. */
export type ReplayDifference = {
	/** Where, in characters from the beginning of the output. */
	at: number;
	/** Some text before it, the same in both. */
	before: string;
	/** How the record goes on; empty at its end. */
	was: string;
	/** How the replay goes on; empty at its end. */
	now: string;
};

/** A word that a model might have written instead. */
export type OtherWord = {
	/** The word. */
	text: string;
	/** How likely it was, between 0 and 1. */
	share: number;
};

/** A word of a take that its model was not sure of. */
export type Doubt = {
	/** Where it begins in the take's text. */
	from: number;
	/** Where it ends. */
	to: number;
	/** How likely it was, between 0 and 1. */
	share: number;
	/** Other words for its place, the likeliest first. */
	others: Array<OtherWord>;
};

/** What a model was not sure of. */
export type DoubtsDto = {
	/** Whether the model still writes what it wrote; if not, nothing can be said. */
	same: boolean;
	/** The text that the places are of. */
	text: string;
	/** The words, in their order. */
	words: Array<Doubt>;
};

/** A generation that was run again. */
export type ReplayDto = {
	/** What it has shown. */
	outcome: ReplayOutcome;
	/** What had changed before it was run. */
	changes: Array<ReplayChange>;
	/** How many characters came as recorded. */
	characters: number;
	/** Where it first differs. */
	difference: ReplayDifference | null;
	/** Why the recorded one ended. */
	finish_then: string;
	/** Why this one ended; empty if it was not run to its end. */
	finish_now: string;
	/** Time taken, in ms. */
	total_ms: number;
};

/** How the pages of a document are set; kept with the document. */
export type PageSetup = {
	paper: "letter" | "a4";
	style: "hollywood" | "chinese";
	scene_numbers: "none" | "given" | "all";
	title_page: boolean;
	page_numbers: boolean;
	/** `(CONT'D)` for who speaks again after action. */
	continued_cues: boolean;
	/** `CONTINUED` where a scene goes over a page. */
	continued_scenes: boolean;
	bold_headings: boolean;
	/** Two blank lines before a heading. */
	wide_scenes: boolean;
	notes: boolean;
	sections: boolean;
	synopses: boolean;
	watermark: string;
	header: string;
	footer: string;
	/** Whether the editor shows where pages end. */
	shown: boolean;
};

/** Where the pages of a draft end. */
export type PageBreaks = {
	/** The revision that was laid out. */
	revision: number;
	pages: number;
	/** The length in eighths of a page. */
	eighths: number;
	/** The pages but the first, in order. */
	breaks: Array<PageBreak>;
	/** The scenes, in order. */
	scenes: Array<SceneLength>;
};

/** A page that begins. */
export type PageBreak = {
	/** Where it begins, in UTF-16 units. */
	at: number;
	/** Its number. */
	label: string;
};

/** How long a scene is. */
export type SceneLength = {
	/** Where its heading stands, in UTF-16 units. */
	at: number;
	eighths: number;
	/** The page it begins on. */
	page: string;
};

/** Pages to look at. Lengths are points. */
export type PagePreview = {
	width: number;
	height: number;
	/** How many there are, the title page included. */
	pages: number;
	eighths: number;
	watermark: string;
	sheets: Array<PreviewSheet>;
};

/** A page to look at. */
export type PreviewSheet = {
	/** Its number; empty for the title page. */
	label: string;
	pieces: Array<PreviewPiece>;
};

/** Letters in a row with one look. */
export type PreviewPiece = {
	text: string;
	/** Where letters begin: the first, or each where they are full-width. */
	x: Array<number>;
	y: number;
	/** How far the letters reach. */
	width: number;
	size: number;
	bold: boolean;
	italic: boolean;
	underline: boolean;
	/** Full-width letters: the Han font. */
	wide: boolean;
	/** Printed in grey. */
	quiet: boolean;
};

/** What the fonts that ship lack for a script. */
export type PageFonts = {
	/** Fonts of the system, and what is set in them. */
	fallbacks: Array<FontFallback>;
	/** Characters that no font has: they are printed as their numbers. */
	missing: Array<string>;
};

/** A font of the system. */
export type FontFallback = {
	/** Its name. */
	font: string;
	/** What is set in it. */
	characters: Array<string>;
};

/** How a PDF went. */
export type PdfDone = {
	pages: number;
	/** Characters that no font has; they are printed as their numbers. */
	missing: Array<string>;
	/** The fonts of the system that were used for what ours lack. */
	fonts: Array<string>;
};

/** Writes a report over a draft to a file. */
export type ExportTally = {
	/** The draft. */
	draft_id: string;
	/** The reports; a CSV holds one. */
	reports: ReportKind[];
	/** What it is written as. */
	format: TallyFormat;
	/** Whether a CSV begins with a byte order mark, which Excel wants. */
	mark: boolean;
	/** The language of headings. */
	language: Language;
	/** Where to. */
	path: string;
};

/** What a report is written as. */
export type TallyFormat = "csv" | "pdf";

/** A draft in numbers. Amounts are words, in a Chinese script characters. */
export type TallyDto = {
	/** The revision that was counted. */
	revision: number;
	/** The script's language: what amounts are counted in. */
	language: Language;
	/** How long it is, in eighths of a page. */
	eighths: number;
	/** How many pages it has. */
	pages: number;
	/** Its scenes, in order, omitted ones too. */
	scenes: Array<SceneTallyDto>;
	/** Who speaks; who speaks most often first. */
	characters: Array<CharacterTallyDto>;
	/** Where it plays; the place with most scenes first. */
	locations: Array<LocationTallyDto>;
	/** Day, night, dawn, dusk, and `null` for the scenes that don't say. */
	lights: Array<SceneGroupDto>;
	/** Inside, outside and so on, and `null` for the scenes that don't say. */
	settings: Array<SceneGroupDto>;
	/** Dialogue against action and the rest. */
	shares: Array<MatterShareDto>;
};

/** A scene in numbers. */
export type SceneTallyDto = {
	/** Its place, from 1. */
	ordinal: number;
	/** Its number: the one that the script gives, or one counted on from those. */
	number: string;
	/** Its heading. */
	heading: string;
	/** Inside or outside. */
	setting: SceneSetting | null;
	/** Where. */
	location: string | null;
	/** The time as it is written. */
	time: string | null;
	/** What the time says of the light. */
	light: SceneLight | null;
	/** Whether only its number is left. */
	omitted: boolean;
	/** What happens in it. */
	synopsis: string | null;
	/** How long it is, in eighths of a page. */
	eighths: number;
	/** The number of the page it begins on. */
	page: string;
	/** Where its heading stands, in UTF-16 units. */
	at: number;
	/** Who speaks in it, by their places in the list of characters. */
	speaking: Array<number>;
	/** Who is named in its action and does not speak. */
	named: Array<number>;
	/** How often somebody speaks. */
	speeches: number;
	/** How much is said. */
	dialogue: number;
	/** How much is seen and heard. */
	action: number;
};

/** Who speaks, in numbers. */
export type CharacterTallyDto = {
	/** The name. */
	name: string;
	/** How often they speak. */
	speeches: number;
	/** How much they say. */
	dialogue: number;
	/** The scenes they speak in, by ordinal. */
	scenes: Array<number>;
};

/** A place in numbers. */
export type LocationTallyDto = {
	/** The name. */
	name: string;
	/** Its settings. */
	settings: SceneSetting[];
	/** The scenes that play there, by ordinal. */
	scenes: Array<number>;
	/** How many of them are by day. */
	by_day: number;
	/** How many are by night. */
	by_night: number;
	/** How long they are, in eighths of a page. */
	eighths: number;
};

/** Scenes that have something in common. */
export type SceneGroupDto = {
	/** What. */
	value: SceneSetting | SceneLight | null;
	/** How many. */
	scenes: number;
	/** How long they are, in eighths of a page. */
	eighths: number;
};

/** How much of a script is of one kind. */
export type MatterShareDto = {
	/** Which. */
	matter: ScriptMatter;
	/** How many: speeches, paragraphs. */
	count: number;
	/** How much text. */
	amount: number;
};

/** An error at the edge: a code whose sentence and hint stand in the locale file `errors`. */
export type ErrorDto = {
	/** Code, in snake case. */
	code: string;
	/** Values for the sentence's holes. */
	values: { [key in string]: string };
	/** Technical detail in English, without secrets or draft text. */
	detail: string | null;
};

/** What the studio tells the window unasked. */
export type StudioEvent =
	| { event: "take"; take: TakeDto }
	| { event: "model"; model_id: string; state: ModelState }
	| { event: "archive"; done: number; total: number }
	| { event: "download"; download: DownloadDto }
	| { event: "text"; draft_id: string; revision: number }
	| { event: "changed"; kinds: Array<string> };

/** How a library is open. */
export type LibraryState = "open" | "reading" | "shut";

/** The library as a file. */
export type LibraryStatus = {
	/** Where it lies. */
	path: string;
	/** How it is open. */
	state: LibraryState;
	/** Why it is shut, or only read. */
	error: ErrorDto | null;
	/** Its size in bytes; `null` where there is none. */
	bytes: number | null;
	/** What is free on its disk, in bytes, where the system says so. */
	free: number | null;
	/** Where its backups are kept. */
	backup_folder: string;
	/** Whether another folder than the one beside the library was chosen. */
	backup_folder_chosen: boolean;
	/** The newest backup. */
	last_backup: BackupDto | null;
	/** Why the last daily backup could not be made. */
	backup_error: ErrorDto | null;
	/** Other libraries that were open before, the last one first. */
	recent: Array<string>;
};

/** Why a backup was made. */
export type BackupReason = "daily" | "by_hand" | "before_update" | "before_restore";

/** A copy of a whole library. */
export type BackupDto = {
	/** The file. */
	path: string;
	/** The file's name. */
	name: string;
	/** When it was made. */
	made_at: number;
	/** Why it was made. */
	reason: BackupReason;
	/** Whether all in it was as it should be. */
	sound: boolean;
	/** Its size in bytes. */
	bytes: number;
};

/** How something in a backup stands to the library of today. */
export type Standing = "same" | "worked_on_since" | "newer_in_backup" | "in_bin" | "missing";

/** A project in a backup. */
export type ProjectThereDto = {
	/** Id. */
	id: string;
	/** Name. */
	name: string;
	/** How it stands to the library of today. */
	standing: Standing;
	/** Its documents, newest first. */
	documents: Array<DocumentThereDto>;
};

/** A document in a backup. */
export type DocumentThereDto = {
	/** Id. */
	id: string;
	/** Title; may be empty. */
	title: string;
	/** Kind. */
	kind: DocumentKind;
	/** Time of its last change. */
	updated_at: number;
	/** How it stands to the library of today. */
	standing: Standing;
	/** Its drafts. */
	drafts: Array<DraftThereDto>;
};

/** A draft in a backup. */
export type DraftThereDto = {
	/** Id. */
	id: string;
	/** Name. */
	name: string;
	/** Time of its last change. */
	updated_at: number;
	/** How it stands to the library of today. */
	standing: Standing;
};

/** What became of the library that a backup took the place of. */
export type RestoredDto = {
	/** Where it lies now. */
	aside: string | null;
};

/** What a check of the whole library found. */
export type CheckedDto = {
	/** How many kept texts were compared with their hashes. */
	texts: number;
	/** What is wrong, in technical English; empty if all is well. */
	problems: Array<string>;
};

/** Names a file or a folder. */
export type PathInput = {
	/** The path. */
	path: string;
};

/** Where the backups are to be kept. */
export type BackupFolder = {
	/** `null` is the folder beside the library. */
	folder: string | null;
};

/** Names a draft in a backup. */
export type DraftThereInput = {
	/** The backup. */
	path: string;
	/** The draft. */
	draft_id: string;
};

/** Documents to bring out of a backup. */
export type BringInput = {
	/** The backup. */
	path: string;
	/** The documents. */
	document_ids: Array<string>;
	/** What is there today as well comes as new drafts of it; otherwise as a document of its own. */
	as_drafts: boolean;
};

/** How a document came out of a backup. */
export type Came = "put_back" | "as_copy" | "as_drafts" | "was_there" | "edited";

/** A document that came out of a backup. */
export type BroughtDto = {
	/** The document it is now. */
	document_id: string;
	/** How it came. */
	came: Came;
	/** How many drafts came. */
	drafts: number;
};

/** What to write as plain files, and where. */
export type ExportEverything = {
	/** A folder, new, empty or with an older export; or a file that ends in `.zip`. */
	path: string;
	/** Only this project. */
	project_id: string | null;
	/** Only this document. */
	document_id: string | null;
	/** The language of the page that leads through it. */
	language: Language;
};

/** What was written. */
export type ExportedDto = {
	/** Where. */
	path: string;
	/** Projects. */
	projects: number;
	/** Documents. */
	documents: number;
	/** Drafts. */
	drafts: number;
	/** Kept texts. */
	versions: number;
	/** Files. */
	files: number;
	/** Their length together, in bytes. */
	bytes: number;
	/** What could not be read any more and was left out. */
	unreadable: Array<string>;
};

/** A document that came back. */
export type CameBack = {
	/** The document it is now. */
	document_id: string;
	/** Its title. */
	title: string;
	/** How it came. */
	came: Came;
};

/** What came back. */
export type BroughtBack = {
	/** The documents. */
	documents: Array<CameBack>;
	/** Projects that were not there. */
	projects: number;
	/** Files that were worked on outside, whose changes came in. */
	edited: Array<string>;
	/** Texts that were emptied outside; what the library had stays. */
	emptied: Array<string>;
	/** Files for readers that were changed; they are not read back. */
	views: Array<string>;
	/** Files that don't belong to the export; they were not read. */
	unknown: Array<string>;
};

/** What was saved of a damaged library. */
export type RescuedDto = {
	/** The new library. */
	path: string;
	/** Projects in it. */
	projects: number;
	/** Documents in it. */
	documents: number;
	/** Drafts in it. */
	drafts: number;
	/** Kept texts in it. */
	versions: number;
	/** Kept texts that could not be read any more. */
	lost_versions: number;
	/** Titles of documents with a draft that is not sure to be the text that was kept last. */
	doubtful: Array<string>;
	/** Titles of documents with a draft whose earlier steps can't be undone any more. */
	without_journal: Array<string>;
	/** Pages and rows that could not be read. */
	broken: number;
	/** What the check of the new library still finds, in technical English. */
	problems: Array<string>;
};

/** A text that can be looked in: the draft that stands for a document. */
export type TextInProject = {
	/** Id of the draft. */
	draft_id: string;
	/** Id of its document. */
	document_id: string;
	/** Title; may be empty. */
	title: string;
	/** Kind of the document. */
	kind: DocumentKind;
	/** Language of the document. */
	language: Language;
	/** Whether it is a script whose scenes and pages are locked: it is left as it is. */
	locked: boolean;
};

/** The text of a draft. */
export type DraftText = {
	/** The text. */
	body: string;
	/** Its revision; sent back with what is to be changed. */
	revision: number;
};

/** What is to be changed in a draft. */
export type DraftEdits = {
	/** The draft. */
	draft_id: string;
	/** The revision that the edits were made for. */
	revision: number;
	/** The edits, from the front to the back, none over another. */
	edits: Array<EditDto>;
};

/** Replacements in several drafts. */
export type ReplaceAcross = {
	/** Each draft once. */
	drafts: Array<DraftEdits>;
};

/** Why a draft was left as it was. */
export type LeftBecause = "changed" | "locked" | "gone" | "too_long";

/** What became of a draft. */
export type ReplacedIn = {
	/** The draft. */
	draft_id: string;
	/** How many places were changed. */
	places: number;
	/** Its revision now; `null` if it was left as it was. */
	revision: number | null;
	/** Why it was left as it was. */
	left: LeftBecause | null;
};

/** The quotation marks of Chinese text. */
export type ChineseQuotes = "curly" | "corner";

/** A suggestion beside the text that it would replace. */
export type SuggestedChanges = {
	/** The draft. */
	draft_id: string;
	/** Where the suggestion stands now. */
	from: number;
	/** Its end; the same for an insertion. */
	to: number;
	/** The text that is suggested. */
	text: string;
	/** Whether the text has the blank lines and spaces already that it needs at its place: so it came back from an earlier call. */
	joined: boolean;
};

/** A part of a suggestion. */
export type SuggestedPiece = {
	/** What goes. */
	removed: string;
	/** What comes; of a part that stays, the text. */
	added: string;
	/** Number of the change, from 0; `null` for a part that stays. */
	change: number | null;
	/** The sentence of the suggestion that it belongs to, from 0. */
	sentence: number;
};

/** A suggestion as changes. */
export type SuggestedChangesDto = {
	/** The text that stands there. */
	of: string;
	/** The text that would stand there. */
	wanted: string;
	/** Both of them, in order. */
	pieces: Array<SuggestedPiece>;
};

/** Takes changes into the text. */
export type AcceptChanges = {
	/** The take. */
	take_id: string;
	/** The draft. */
	draft_id: string;
	/** The revision that the place is meant for. */
	base_revision: number;
	/** Where the suggestion stands. */
	from: number;
	/** Its end. */
	to: number;
	/** The text that stood there when the changes were made. */
	of: string;
	/** The text that is wanted, without what was refused. */
	wanted: string;
	/** Numbers of the changes to take. */
	changes: Array<number>;
	/** Whether nothing is left to decide: the suggestion counts as accepted. */
	last: boolean;
};

/** Asks for words ahead of the caret. */
export type LookAhead = {
	/** The draft. */
	draft_id: string;
	/** The caret. */
	at: number;
};

/** Words that could come next. */
export type AheadDto = {
	/** Id of the guess, for taking it. */
	id: string;
	/** The words, with the space that they need before them. */
	text: string;
	/** Who guessed. */
	model_name: string;
};

/** Takes words of a guess into the text. */
export type TakeAhead = {
	/** Id of the guess. */
	id: string;
	/** The draft. */
	draft_id: string;
	/** The revision that the place is meant for. */
	base_revision: number;
	/** The caret. */
	at: number;
	/** The words: where those that were taken before end, from there on. */
	text: string;
};

/** A picture on its way into a project: its bytes, or where they lie. */
export type AddPicture = {
	/** The project. */
	project_id: string;
	/** What it is called. */
	name: string;
	/** Its bytes, in base 64. */
	data?: string;
	/** The file. */
	path?: string;
};

/** A picture of the library. */
export type PictureDto = {
	/** The SHA-256 of its bytes. */
	id: string;
	/** What it was called when it came. */
	name: string;
	/** What it is, as `image/png`. */
	media_type: string;
	/** Its width in pixels. */
	width: number;
	/** Its height in pixels. */
	height: number;
};

/** Names a picture, and the project whose text shows it. */
export type PictureInput = {
	/** The SHA-256 of its bytes. */
	id: string;
	/** The project; the picture belongs to it from now on, too. */
	project_id: string;
};

/** A picture to be shown. */
export type PictureData = {
	/** What it is, by its bytes. */
	media_type: string;
	/** Its width in pixels. */
	width: number;
	/** Its height in pixels. */
	height: number;
	/** Its bytes, in base 64. */
	data: string;
};

/** What an export came to. */
export type ExportDone = {
	/** The folder beside the file that holds its pictures. */
	folder: string | null;
	/** Pictures that were not taken along: their words, or else their addresses. */
	left_out: Array<string>;
};

/** A comment on a place of a draft's text. */
export type CommentDto = {
	/** Its id. */
	id: string;
	/** Where it stands; the same as `to` where its words are gone. */
	from: number;
	/** Where it ends. */
	to: number;
	/** The words it stands on, or stood on last. */
	quote: string;
	/** What it says. */
	note: string;
	/** Who says so; empty for the person at the desk. */
	author: string;
	/** Whether it is resolved. */
	resolved: boolean;
	/** When it was written, in ms since 1970. */
	created_at: number;
};

/** A comment on a place. */
export type AddComment = {
	/** The draft. */
	draft_id: string;
	/** The revision that the place belongs to. */
	revision: number;
	/** Where it begins. */
	from: number;
	/** Where it ends. */
	to: number;
	/** What it says. */
	note: string;
};

/** Another wording of a comment. */
export type EditComment = {
	/** The comment. */
	id: string;
	/** What it says from now on. */
	note: string;
};

/** Whether a comment is resolved. */
export type ResolveComment = {
	/** The comment. */
	id: string;
	/** Whether it is. */
	resolved: boolean;
};

/** Whose English is right. */
export type English = "either" | "american" | "british";

/** Words to be looked up. */
export type CheckWords = {
	/** The words, each once, at most 2,000. */
	words: Array<string>;
	/** Whose English is right. */
	english: English;
};

/** English paragraphs to be looked at. */
export type CheckGrammar = {
	/** The paragraphs, at most 500. */
	paragraphs: Array<string>;
	/** Whether they are Markdown. */
	markdown: boolean;
	/** Whose English is right. */
	english: English;
};

/** A place of a paragraph that is wrong. */
export type GrammarSlip = {
	/** Where it begins, in UTF-16 code units. */
	from: number;
	/** Where it ends. */
	to: number;
	/** Why, in English. */
	message: string;
	/** What could stand there, the likeliest first. */
	fixes: Array<string>;
};

/** A word that is none. */
export type SuggestWords = {
	/** The word. */
	word: string;
	/** Whose English is right. */
	english: English;
};

/** What a person chose. What an older or newer program wrote differently is as it is by itself. */
export type Preferences = {
	/** Keys of actions that are not as they are by themselves; an empty list is no key at all. */
	shortcuts: { [key in string]: Array<string> };
	/** Whether straight quotes, double hyphens and three points become what print has. */
	smart_punctuation: boolean;
	/** The quotation marks of Chinese text. */
	chinese_quotes: ChineseQuotes;
	/** Whether the marks of Markdown are hidden on lines where the caret is not. */
	hide_marks: boolean;
	/** Whether a few grey words come by themselves after a pause, by a model on this machine. */
	look_ahead: boolean;
	/** Whether each prompt is shown before it is sent. */
	see_prompt: boolean;
	/** Whether spelling, grammar and punctuation are looked at. */
	proofread: boolean;
	/** Whose English is right. */
	english: English;
	/** Words that are right, each once. */
	words: Array<string>;
};

/** A name for each language of the window. */
export type ActionNameDto = {
	/** In English. */
	en: string;
	/** In Chinese. */
	"zh-CN": string;
};

/** What is wrong with an action. */
export type ActionProblemDto = {
	/** The line of the file, from 1, where it has one. */
	line: number | null;
	/** `no_header`, `no_name`, `unknown_word`, `bad_value`, `no_block`, `syntax`, `unknown`, `endless`, `too_large` or `unreadable`. */
	what: string;
	/** The word, the block or, in English, what was expected. */
	word: string;
	/** The value that does not fit. */
	value: string;
	/** What it may be. */
	may: string;
};

/** A person's own action, as it lies in its file. */
export type ActionDto = {
	/** The name of its file, without the ending. */
	id: string;
	/** What it is called, in English and in Chinese; the same where it has one name. */
	name: ActionNameDto;
	/** The kinds of document that it is for; none of one that can't be used. */
	desks: DocumentKind[];
	/** The language of the documents that it is for; `null` is all. */
	language: Language | null;
	/** What it works on: `selection`, `document` or `caret`. */
	needs: string;
	/** Where its answer goes: `replace`, `after`, `take` or `note`. */
	answer: string;
	/** The whole file. */
	source: string;
	/** Why it can't be used. */
	problem: ActionProblemDto | null;
};

/** A person's own actions. */
export type ActionsDto = {
	/** By name of their files; those that can't be used as well. */
	actions: Array<ActionDto>;
	/** The folder that they lie in. */
	folder: string;
};

/** The file of an action, to be looked at or kept. */
export type ActionText = {
	/** The name of its file; `null` for one that is new. */
	id: string | null;
	/** All of it. */
	source: string;
};

/** What a new action begins with. */
export type NewAction = {
	/** A task of ours to copy the template of; `null` for the least that an action is. */
	task: string | null;
	/** The kind of document. */
	kind: DocumentKind;
	/** The language of the document. */
	language: Language;
	/** What it shall be called. */
	name: string;
};

/** The voice sample of a project. */
export type VoiceSample = {
	/** The passage; empty where there is none. */
	text: string;
	/** Where it was taken from, in the person's words: a document's title, say. */
	from: string;
	/** It stays and goes along with no prompt. */
	off: boolean;
};

/** A project's voice sample, to be kept. */
export type SetVoice = {
	/** The project. */
	project_id: string;
	/** The sample. */
	sample: VoiceSample;
};

/** A project's voice sample, and what it takes. */
export type VoiceDto = {
	/** The sample. */
	sample: VoiceSample;
	/** All of it in tokens, guessed. */
	tokens: number;
	/** The most tokens of it that a prompt shows. */
	most: number;
};

/** Who says a message. */
export type PromptRole = "system" | "user" | "assistant";

/** One message of a prompt. */
export type PromptMessage = {
	/** Who says it. */
	role: PromptRole;
	/** What. */
	content: string;
};

/** A prompt as a person left it. */
export type EditedPrompt = {
	/** Its messages. */
	messages: Array<PromptMessage>;
	/** It is in the compact form, which only a small model reads. */
	compact: boolean;
	/** A wish that has come since, to be put behind it; may be empty. */
	wish: string;
};

/** A part of a prompt, and where it came from. */
export type PromptPartDto = {
	/** The message, from 0. */
	message: number;
	/** Its start in the message, in UTF-16 units. */
	from: number;
	/** Its end. */
	to: number;
	/** `instructions`, `request`, or the tag around it: `brief`, `house_rules`, `voice`, `pages` ... */
	of: string;
	/** Tokens, guessed. */
	tokens: number;
};

/** Messages, counted. */
export type PromptReading = {
	/** What they are made of. */
	parts: Array<PromptPartDto>;
	/** All of them in tokens, guessed on the safe side. */
	tokens: number;
};

/** A prompt before it is sent. */
export type PromptDto = {
	/** The messages. */
	messages: Array<PromptMessage>;
	/** What they are made of. */
	reading: PromptReading;
	/** It is in the compact form. */
	compact: boolean;
	/** What references in a compact prompt stand for: name and value. */
	references: Array<[string, string]>;
	/** The model that is asked first. */
	model_name: string;
	/** Its host; `null` for a local model. */
	host: string | null;
	/** What it reads at once, in tokens, where that is known. */
	context: number | null;
	/** The most tokens of the answer. */
	most: number;
	/** How many takes are asked for; each has a prompt of its own, and this is the first. */
	takes: number;
	/** The template that it was made from. */
	template: string;
};

/** Messages to be counted. */
export type ReadPrompt = {
	/** The messages. */
	messages: Array<PromptMessage>;
};

/** Formatted text of another program. */
export type ReadMarkup = {
	/** HTML. */
	html: string;
};

/** Text for other programs. */
export type WriteMarkup = {
	/** Markdown. */
	text: string;
	/** The language of the text. */
	language: Language;
};

/** The same text, formatted otherwise. */
export type MarkupDto = {
	/** Markdown, or HTML. */
	text: string;
};

/** Nothing is needed. */
export type Nothing = Record<symbol, never>;

/** Names one thing. */
export type Id = {
	id: string;
};

/** Names one thing and gives it a name. */
export type IdName = {
	id: string;
	name: string;
};

/** The UI language. */
export type SetLanguage = {
	language: Language;
};

/** The colours. */
export type SetTheme = {
	theme: Theme;
};

/** What was open last. */
export type SetLastOpen = {
	last_open: LastOpen;
};

/** A new project. */
export type CreateProject = {
	name: string;
	language: Language;
};

/** Whether a project's text may leave the machine. */
export type SetPrivacy = {
	project_id: string;
	privacy: Privacy;
};

/** The model of a project. */
export type ChooseModel = {
	project_id: string;
	model_id: string;
};

/** House rules of a project, one phrase a line. */
export type SetHouseRules = {
	project_id: string;
	house_rules: string;
};

/** A new document. */
export type CreateDocument = {
	project_id: string;
	kind: DocumentKind;
	title: string;
	language: Language;
};

/** The brief of a draft. */
export type SetBrief = {
	draft_id: string;
	brief: Brief;
};

/** Edits to a draft. */
export type ApplyEdits = {
	draft_id: string;
	base_revision: number;
	edits: Array<EditDto>;
	cause: EditCause;
};

/** The whole text of a draft, when edits could not be matched. */
export type ReplaceText = {
	draft_id: string;
	text: string;
	cause: EditCause;
};

/** A draft and a node of its history. */
export type DraftNode = {
	draft_id: string;
	node_id: string;
};

/** A draft, and the revision that the window has of it. */
export type DraftAt = {
	/** The draft. */
	draft_id: string;
	/** The revision. */
	base_revision: number;
};

/** Which part of a document's history is wanted. */
export type HistoryOf = {
	/** The document. */
	document_id: string;
	/** Only named and other wanted ones, and where drafts branched. */
	versions_only: boolean;
	/** Also those that were hidden. */
	hidden: boolean;
	/** Goes on after this node; `null` begins with the newest. */
	before: string | null;
	/** How many, at most 500. */
	most: number;
};

/** Hides a node, or shows it again. */
export type HideNode = {
	/** The node. */
	id: string;
	/** Whether it is to be hidden. */
	hidden: boolean;
};

/** A model file. */
export type AddFile = {
	path: string;
};

/** A model on a server. An empty key means none. */
export type AddServer = {
	name: string;
	base_url: string;
	api_key: string;
	model: string;
	/** `chat` (the usual), `completions` or `responses`. */
	api?: string;
	/** What a test of this connection found. */
	capabilities?: Record<string, unknown>;
};

/** A place where a key can be kept. */
export type KeyPlace = "session" | "keychain" | "file";

/** How the system's keychain is. */
export type KeychainState = "ready" | "absent" | "off";

/** How the file of keys is. */
export type KeyFileState = "nowhere" | "none" | "locked" | "open";

/** The places where keys can be kept. */
export type KeyPlacesDto = {
	/** The system's keychain. */
	keychain: KeychainState;
	/** The file that a passphrase opens. */
	file: KeyFileState;
};

/** A key for a server on the shelf, and where it is to be kept. An empty key forgets the one that there is. */
export type SetKey = {
	/** The model. */
	model_id: string;
	/** Its server's key. */
	api_key: string;
	/** The place. */
	place: KeyPlace;
};

/** Moves the key of a model. */
export type MoveKey = {
	/** The model. */
	model_id: string;
	/** Where to. */
	place: KeyPlace;
};

/** A passphrase of the file of keys. */
export type Passphrase = {
	/** As it was typed. */
	passphrase: string;
};

/** Asks a server which models it has, before it is added. */
export type ListServerModels = {
	base_url: string;
	api_key: string;
};

/** Asks for takes. `from`/`to` are the selection (equal for a caret), in UTF-16 units. */
export type Generate = {
	draft_id: string;
	task: Task;
	from: number;
	to: number;
	/** A wish in the person's words ("shorter"); may be empty. */
	note: string;
	/** How many takes; 0 asks for the desk's own number. */
	variants: number;
	/** `null` draws a new seed. */
	seed: number | null;
	/** Ids of models that are asked side by side, each for as many; none asks the project's chain. */
	models?: Array<string>;
	/** The person has said yes to more than the budget. */
	over_budget?: boolean;
	/** The prompt as the person left it, in the place of what would be composed. */
	prompt?: EditedPrompt;
};

/** Takes a suggestion into the text. `from`/`to` say where it belongs now; `text` is what the person saw, edited or not. */
export type AcceptTake = {
	take_id: string;
	draft_id: string;
	base_revision: number;
	from: number;
	to: number;
	text: string;
};

/** What to look for by its meaning. */
export type SearchMeaning = {
	/** What is looked for, in the person's words. */
	query: string;
	/** Only in this project. */
	project_id: string | null;
	/** Only documents of this kind. */
	kind: DocumentKind | null;
};

/** What was found by meaning. */
export type MeaningPage = {
	/** The model that compares; none if there is none on the shelf. */
	model: string | null;
	/** Passages that were compared. */
	compared: number;
	/** Passages that there are; more than `compared` while the model still reads. */
	passages: number;
	/** The passages, the nearest first. */
	hits: Array<MeaningHitDto>;
};

/** A passage that says what was asked. */
export type MeaningHitDto = {
	/** Project. */
	project_id: string;
	/** Document. */
	document_id: string;
	/** Draft. */
	draft_id: string;
	/** Title of the document. */
	title: string;
	/** Kind. */
	kind: DocumentKind;
	/** The passage, or how it begins. */
	text: string;
	/** Where the passage stands, in UTF-16 units of the text. */
	from: number;
	/** Where it ends. */
	to: number;
	/** The cosine of the angle between question and passage; 1 is the same. */
	cosine: number;
};

/** What to search for, and where. */
export type Search = {
	/** What was typed: words in any order, "words in a row", -unwanted. */
	query: string;
	/** Only in this project. */
	project_id: string | null;
	/** Only in this document. */
	document_id: string | null;
	/** Only in documents of this kind. */
	kind: DocumentKind | null;
	/** Only what was changed, or kept, then or later, in ms since 1970. */
	since: number | null;
	/** Only what was changed, or kept, before, in ms since 1970. */
	until: number | null;
	/** Where to look; everywhere if nothing is named. */
	places: Array<SearchPlace>;
	/** Only where the words came from there. */
	origin: SearchOrigin | null;
	/** Documents of the pages before. */
	skip: number;
	/** Documents of a page; 0 asks for the usual number. */
	most: number;
	/** Passages shown of each place in a document; 0 asks for the usual number. */
	each: number;
};

/** Where to look. */
export type SearchPlace = "texts" | "fields" | "history";

/** Where words came from. */
export type SearchOrigin = "typed" | "pasted" | "imported" | "generated";

/** What was found, by documents. */
export type SearchPageDto = {
	/** Documents, the best first. */
	groups: Array<SearchGroupDto>;
	/** Documents on all pages, as far as they were counted. */
	documents: number;
	/** There are more than were counted. */
	more: boolean;
	/** Kept texts that were not read for search yet, and may have it too. */
	unread: number;
};

/** A document that has it. */
export type SearchGroupDto = {
	/** Project. */
	project_id: string;
	/** Its name. */
	project: string;
	/** Document. */
	document_id: string;
	/** The draft that it shows. */
	draft_id: string;
	/** How many drafts it has. */
	drafts: number;
	/** Title of the document. */
	title: string;
	/** What was looked for in the title. */
	title_marks: Array<MarkDto>;
	/** Kind. */
	kind: DocumentKind;
	/** When it was changed last. */
	updated_at: number;
	/** Places in its texts as they stand. */
	in_texts: number;
	/** Its fields, reports, questions and answers that have it. */
	in_fields: number;
	/** Passages of its kept texts; where texts are searched too, those that stand in none. */
	in_history: number;
	/** What is shown of it: texts, then fields, then history. */
	hits: Array<SearchHitDto>;
};

/** A run of a line, in UTF-16 units. */
export type MarkDto = {
	/** Where it begins. */
	from: number;
	/** Where it ends. */
	to: number;
};

/** Some text that has it. */
export type SearchHitDto = {
	/** Where it is. */
	found_in: FoundInDto;
	/** Draft. */
	draft_id: string;
	/** Its name. */
	draft: string;
	/** Some text around it, on one line. */
	line: string;
	/** What was looked for in the line. */
	marks: Array<MarkDto>;
	/** The place in the text as it stands, in UTF-16 units; none elsewhere. */
	place: MarkDto | null;
	/** Where the words came from; none outside of texts. */
	origins: Array<SearchOrigin>;
};

/** Where something is. */
export type FoundInDto =
	| { in: "text" }
	| { in: "field"; name: string }
	| { in: "report"; id: string }
	| { in: "interview"; id: string; character: string; answer: boolean }
	| { in: "history"; node_id: string; name: string | null; version: boolean; label: string; at: number; field: string | null; still: StillDto };

/** What a text as it stands has of a kept passage. */
export type StillDto = "passage" | "words" | "gone";

/** A file to import. */
export type ImportFile = {
	/** The project it goes into. */
	project_id: string;
	/** Where it lies. */
	path: string;
	/** The folders it lay in below the one that was chosen, with `/` between them. They come before the title, and before the file's name where the origin of the text is told. */
	folder?: string;
	/** What it is, where a person knows better. */
	kind?: DocumentKind;
	/** Its encoding, where a person knows better. */
	encoding?: string;
	/** Its language, where a person knows better. */
	language?: Language;
	/** Another title than the file gives itself; an empty one is none. */
	title?: string;
};

/** Files and folders that a person chose. */
export type ListImport = {
	/** Where they lie. */
	paths: Array<string>;
};

/** What of them can be imported. */
export type ImportList = {
	/** The files, by folder and name. */
	files: Array<ListedFile>;
	/** What is passed over, the first of it. */
	skipped: Array<SkippedFile>;
	/** How much more is passed over. */
	skipped_more: number;
	/** The name of the folder, if it was one. */
	folder: string | null;
};

/** A file that can be imported. */
export type ListedFile = {
	/** Where it lies. */
	path: string;
	/** Its name. */
	name: string;
	/** The folders between the one that was chosen and it, with `/` between them. */
	folder: string;
};

/** Something that is passed over. */
export type SkippedFile = {
	/** Its name, with folders. */
	name: string;
	/** Why. */
	why: SkipReason;
};

/** Why something is passed over. */
export type SkipReason = "hidden" | "link" | "unknown" | "unreadable" | "too_deep" | "too_many";

/** What a file would become. */
export type LookedAt = {
	/** The desk it would lie on. */
	kind: DocumentKind;
	/** Its title. */
	title: string;
	/** Its language. */
	language: Language;
	/** How the text begins. */
	preview: string;
	/** The encoding it was read in, if it is a text. */
	encoding: string | null;
	/** False where the encoding is a guess. */
	sure: boolean;
	/** Other ways to read it, if there are any. */
	encodings: Array<EncodingDto>;
	/** What is found in it. */
	report: ImportReportDto;
};

/** A way to read the bytes of a text. */
export type EncodingDto = {
	/** The encoding's name. */
	name: string;
	/** What would be seen. */
	preview: string;
};

/** What an import made. */
export type ImportedDto = {
	/** The new document, opened. */
	view: DraftView;
	/** What was recognised. */
	report: ImportReportDto;
};

/** What an importer has to say about a file. */
export type ImportReportDto = {
	/** The name of the file. */
	file: string;
	/** What it was read as: `fdx`, `fountain`, `bundle`, `layout`, `chinese`, `pdf`, `docx`, `html`, `csv`, `markdown`, `text`. */
	format: string;
	/** What was found. */
	found: Array<FoundDto>;
	/** Lines whose meaning was guessed. */
	unsure: Array<UnsureDto>;
};

/** Something found in a file. */
export type FoundDto = {
	/** `scenes`, `speeches`, `action`, `notes`, `page_marks`, `continued`, `kept`, `headings`, `paragraphs`, `tables`, `footnotes`, `images`, `comments`, `changes`, `ads`. */
	what: string;
	/** How often. */
	count: number;
};

/** A line whose meaning was guessed. */
export type UnsureDto = {
	/** The line in the file, from 1. */
	line: number;
	/** Its first words. */
	text: string;
	/** What it was taken for: `action`, `heading`, `speech`, `centered`. */
	taken_for: string;
};

/** Begins a set of revisions. */
export type StartRevision = {
	/** The draft. */
	draft_id: string;
	/** The colour of its pages. */
	color: RevisionColor;
	/** 2 for the second time round. */
	round: number;
	/** The day of issue, as it is to be printed. */
	date: string;
};

/** How far a script is locked and revised. */
export type ProductionDto = {
	/** When it was locked, if it is. */
	locked_at: number | null;
	/** How many pages are locked. */
	pages: number;
	/** How many scenes have no number yet, or lost it. */
	unnumbered: number;
	/** The pages that the last set changed, by number, as they fall now. */
	changed_pages: Array<string>;
	/** The sets of revisions, oldest first. */
	sets: Array<RevisionSetDto>;
	/** What came with which set. */
	marks: Array<RevisionMarkDto>;
	/** The colour that comes next. */
	next_color: RevisionColor;
	/** Its round. */
	next_round: number;
};

/** A set of revisions. */
export type RevisionSetDto = {
	/** Its colour. */
	color: RevisionColor;
	/** 2 for the second time round. */
	round: number;
	/** The day of issue. */
	date: string;
	/** What stands at the head of its pages. */
	title: string;
};

/** A stretch that came with a set; empty where something was only taken out. */
export type RevisionMarkDto = {
	/** Start, in UTF-16 units. */
	from: number;
	/** End. */
	to: number;
	/** The set, by its place. */
	set: number;
};

/** Where to write an export. Formats: `text` (the notation as it stands), `csv` (ads), `pdf` (screenplays, with the setup of the document), `html`, `docx`; `text-comments` and `docx-comments` have the open comments in them. */
export type Export = {
	draft_id: string;
	path: string;
	format: string;
};

/** Keeps the setup of a document. */
export type SetPageSetup = {
	document_id: string;
	setup: PageSetup;
};

/** Asks for some pages of a draft, as they would be printed. `first` counts from 0, the title page included. */
export type PreviewPages = {
	draft_id: string;
	setup: PageSetup;
	first: number;
	count: number;
};

/** Writes a draft as PDF. The setup is kept with the document. */
export type ExportPdf = {
	draft_id: string;
	path: string;
	setup: PageSetup;
};

/** A script as cards in columns. */
export type BoardDto = {
	/** Revision of the draft that cards and places belong to. */
	revision: number;
	/** The script's length in eighths of a page. */
	eighths: number;
	/** The columns, in order. The first is what stands before the first section. */
	columns: Array<ColumnDto>;
	/** The cards, in order. */
	cards: Array<CardDto>;
	/** Whether the beats are made from something that reads otherwise now. */
	stale_beats: StaleDto | null;
};

/** A column of the board. */
export type ColumnDto = {
	/** The section's title; empty for what stands before the first. */
	title: string;
	/** How many `#` it has; 0 for what stands before the first. */
	depth: number;
	/** The act that a sequence stands in. */
	act: string | null;
	/** Start of the section's line (UTF-16). */
	from: number;
	/** Its first card, by place. */
	first: number;
	/** How many cards it has. */
	count: number;
	/** How long its scenes are, in eighths of a page. */
	eighths: number;
};

/** A card of the board. */
export type CardDto = {
	/** Its place among the cards, from 0. */
	id: number;
	/** What it is. */
	kind: "scene" | "omitted" | "beat";
	/** The column, by place. */
	column: number;
	/** The scene's number; empty for a beat, and for an omitted scene that left none. */
	number: string;
	/** The heading without marks and number. */
	heading: string;
	/** The synopsis, lines as in the text; what a beat says. */
	synopsis: string;
	/** The colour. */
	color: CardColor | null;
	/** Who speaks, in order. */
	characters: Array<string>;
	/** Where it plays. */
	location: string | null;
	/** How long it is, in eighths of a page. */
	eighths: number;
	/** The page on which it begins. */
	page: string;
	/** Start of its heading or line (UTF-16). */
	from: number;
	/** Whether it is an omitted scene that can be brought back. */
	comes_back: boolean;
	/** What of it is stale. */
	stale: Array<StaleDto>;
};

/** Where cards are put. */
export type CardPlace =
	| { at: "before"; card: number }
	| { at: "after"; card: number }
	| { at: "first"; column: number }
	| { at: "last"; column: number };

/** A change of the board. */
export type BoardChange =
	| { what: "move"; cards: Array<number>; to: CardPlace }
	| { what: "add_scene"; to: CardPlace; heading: string; synopsis: string }
	| { what: "add_beat"; to: CardPlace; text: string }
	| { what: "split"; card: number; at: number; heading: string }
	| { what: "rename"; card: number; heading: string }
	| { what: "describe"; card: number; synopsis: string }
	| { what: "paint"; cards: Array<number>; color: CardColor | null }
	| { what: "omit"; cards: Array<number> }
	| { what: "bring_back"; cards: Array<number> }
	| { what: "retitle"; column: number; title: string }
	| { what: "add_column"; after: number; title: string }
	| { what: "drop_column"; column: number };

/** A board after a change. */
export type BoardChanged = {
	/** The draft. */
	view: DraftView;
	/** The board as it is now. */
	board: BoardDto;
	/** The cards that were changed, where they are now. */
	cards: Array<number>;
	/** Whether there was anything to change. */
	changed: boolean;
};

/** A place at which a scene can be cut in two. */
export type CutDto = {
	/** Where (UTF-16). */
	at: number;
	/** The paragraph that begins there, shortened. */
	text: string;
};

/** The beat sheets that there are. */
export type BeatSheetsDto = {
	/** The sheets: those that ship, then a person's own. */
	sheets: Array<BeatSheetDto>;
	/** Files that can't be read. */
	unreadable: Array<BadSheetDto>;
	/** The folder for a person's own. */
	folder: string;
	/** The pages that beats are laid out on. */
	pages: number;
};

/** A beat sheet. */
export type BeatSheetDto = {
	/** Its id. */
	id: string;
	/** What it is called, in the script's language. */
	name: string;
	/** What it is good for. */
	about: string;
	/** Whether it is a person's own. */
	own: boolean;
	/** Its parts. */
	parts: Array<SheetPartDto>;
};

/** A part of a beat sheet. */
export type SheetPartDto = {
	/** What it is called. */
	name: string;
	/** The page on which it begins. */
	page: number;
	/** Its beats. */
	beats: Array<SheetBeatDto>;
};

/** A beat of a sheet. */
export type SheetBeatDto = {
	/** What it is called. */
	name: string;
	/** What happens in it. */
	about: string;
	/** The first page of where it falls. */
	first: number;
	/** The last page. */
	last: number;
};

/** A file that is no beat sheet. */
export type BadSheetDto = {
	/** Its name. */
	file: string;
	/** What is wrong, as the reader of the file says it. */
	reason: string;
};

/** A change of the board; `revision` is the board's. */
export type ChangeBoard = {
	draft_id: string;
	revision: number;
	change: BoardChange;
};

/** A card; `revision` is the board's. */
export type CardOf = {
	draft_id: string;
	revision: number;
	card: number;
};

/** Beat sheets for a draft, laid out on so many pages; otherwise as many as it has, or 110. */
export type BeatSheetsOf = {
	draft_id: string;
	pages: number | null;
};

/** A beat sheet to put into a draft; `revision` is the draft's. */
export type ApplyBeatSheet = {
	draft_id: string;
	revision: number;
	sheet: string;
};

/** A stage of the story as it is asked for. */
export type Stage = "premise" | "characters" | "beats" | "entry" | "scene";

/** The story of a script in its stages, as far as they stand in the text; the rest is the brief. */
export type StoryDto = {
	/** Revision of the draft that the places belong to. */
	revision: number;
	/** The beats, in order. */
	beats: Array<BeatDto>;
	/** The scenes, in order. */
	scenes: Array<SceneDto>;
	/** What was made from something that reads otherwise now. */
	stale: Array<StaleDto>;
};

/** A turn of the story. */
export type BeatDto = {
	/** What happens. */
	text: string;
	/** The act it stands in. */
	act: string | null;
	/** Start of its line in the text (UTF-16). */
	from: number;
	/** End of its line. */
	to: number;
};

/** A scene: an entry of the outline and what is written out of it. */
export type SceneDto = {
	/** Its place in the script, from 1. */
	number: number;
	/** The heading without marks. */
	heading: string;
	/** Start of the heading's line (UTF-16). */
	heading_from: number;
	/** End of the heading's line. */
	heading_to: number;
	/** The synopsis; lines are those of the text. */
	synopsis: string;
	/** Start of the synopsis; where one would stand, if there is none. */
	from: number;
	/** End of the synopsis. */
	to: number;
	/** Words of what is written out; 0 if nothing is. */
	words: number;
	/** The beats it carries, by number from 1. */
	beats: Array<number>;
};

/** A part that is stale. */
export type StaleDto = {
	/** The stage. */
	stage: Stage;
	/** The scene's number, for entries and scenes; else 0. */
	number: number;
	/** What has changed. */
	because: Array<BecauseDto>;
};

/** What has changed under a part. */
export type BecauseDto = {
	/** The part that changed. */
	what: "logline" | "premise" | "characters" | "beat" | "synopsis";
	/** The beat's number, where one stands in its place. */
	number: number | null;
};

/** Whose page it is. */
export type PageOf = "person" | "place";

/** A page of a person or a place that a prompt asks for. */
export type PromptPageDto = {
	/** Whose page. */
	of: PageOf;
	/** The name. */
	name: string;
	/** What it costs in tokens, about. */
	tokens: number;
	/** Whether it is pinned; else the passage mentions it. */
	pinned: boolean;
	/** Whether there is room for it. */
	fits: boolean;
};

/** How good one side of a script is, as readers of the trade rate it. */
export type Grade = "poor" | "fair" | "good" | "excellent";

/** What a reader advises. */
export type Verdict = "pass" | "consider" | "recommend";

/** A quotation, and where the script has it. */
export type Quote = {
	/** The words. */
	text: string;
	/** Whether the script has them. */
	found: boolean;
};

/** One side of a script, rated. */
export type Rating = {
	/** How good. */
	grade: Grade;
	/** Why. */
	reason: string;
	/** What shows it. */
	quotes: Array<Quote>;
};

/** A strength or a weakness. */
export type Point = {
	/** What it is. */
	text: string;
	/** What shows it. */
	quote: Quote | null;
};

/** A reader's report whose quotes were held against the script. */
export type Coverage = {
	/** The story in a sentence. */
	logline: string;
	/** The story in a paragraph or two. */
	synopsis: string;
	/** The idea. */
	premise: Rating;
	/** The people. */
	characters: Rating;
	/** What they say. */
	dialogue: Rating;
	/** How it is built. */
	structure: Rating;
	/** What works. */
	strengths: Array<Point>;
	/** What does not. */
	weaknesses: Array<Point>;
	/** The advice. */
	verdict: Verdict;
	/** Why. */
	reason: string;
};

/** A reader's report. */
export type ReportDto = {
	/** Id. */
	id: string;
	/** When it was written. */
	created_at: number;
	/** The model that wrote it. */
	model_name: string;
	/** Id of the take that it was read from. */
	take_id: string | null;
	/** How much of the script the reader was shown, in percent. */
	share: number;
	/** The report. */
	coverage: Coverage;
};

/** A conversation with one of the people of a script. */
export type InterviewDto = {
	/** Id. */
	id: string;
	/** The draft. */
	draft_id: string;
	/** The name as it stands in cues. */
	character: string;
	/** What was asked and answered, oldest first. */
	turns: Array<InterviewTurnDto>;
	/** When something was asked last. */
	updated_at: number;
};

/** A question and its answer. */
export type InterviewTurnDto = {
	/** Id. */
	id: string;
	/** What was asked. */
	question: string;
	/** Id of the take that answers; it arrives as an event too. */
	take_id: string;
	/** The answer so far. */
	answer: string;
	/** How far it is. */
	status: TakeStatus;
	/** What failed. */
	error: ErrorDto | null;
	/** Whether the answer was kept as a note. */
	kept: boolean;
	/** How many earlier exchanges had no room in the prompt. */
	left_out: number;
	/** How many scenes the character had been in. */
	scenes: number;
	/** How many of them had room in the prompt. */
	scenes_told: number;
};

/** How much of the document goes along. */
export type DocumentShown = "whole" | "around" | "nothing";

/** What goes along with a question. */
export type DialogueRules = {
	/** The document. */
	document: DocumentShown;
	/** The brief. */
	brief: boolean;
	/** The selection. */
	selection: boolean;
	/** What was said before. */
	turns: boolean;
	/** Turns that have no room are put into a summary first; else they are left out. */
	summarise: boolean;
};

/** What a part of a prompt is. */
export type PartKind = "instructions" | "brief" | "document" | "summary" | "turns" | "selection" | "question" | "format" | "answer";

/** How much of a part goes along. */
export type PartState = "whole" | "cut" | "no_room" | "off" | "nothing";

/** A part of a prompt, with its size. */
export type DialoguePart = {
	/** What it is. */
	kind: PartKind;
	/** How much of it goes along. */
	state: PartState;
	/** What it costs, in tokens, guessed on the safe side. */
	tokens: number;
	/** How much is sent: percent of the document, a number of turns. */
	sent: number;
	/** Of how much. */
	of: number;
};

/** A conversation beside a text: a tree of turns. */
export type ConversationDto = {
	/** Id. */
	id: string;
	/** The draft beside which it was begun. */
	draft_id: string;
	/** What the person calls it; empty if nothing. */
	name: string;
	/** What goes along with a question. */
	rules: DialogueRules;
	/** The turn that the way which is shown ends with. */
	head_id: string | null;
	/** All turns of all branches, in the order of asking. */
	turns: Array<AssistantTurnDto>;
	/** When something was asked last. */
	updated_at: number;
};

/** A question and its answer. */
export type AssistantTurnDto = {
	/** Id. */
	id: string;
	/** The turn it follows; `null` at the beginning. */
	parent_id: string | null;
	/** What was asked. */
	question: string;
	/** Id of the take that answers; it arrives as an event too. */
	take_id: string;
	/** The answer so far. */
	answer: string;
	/** How far it is. */
	status: TakeStatus;
	/** What failed. */
	error: ErrorDto | null;
	/** The model that was asked. */
	model_name: string;
	/** Host it was sent to; `null` for a local model. */
	host: string | null;
	/** What it was asked with. */
	sent: Sent;
	/** What was said up to here and with this turn, in short. */
	summary: SummaryDto | null;
};

/** What a question was asked with, by size. */
export type Sent = {
	/** The parts of the prompt. */
	parts: Array<DialoguePart>;
	/** The model's context in tokens, or what was taken for it. */
	context: number;
	/** Whether that is a guess. */
	assumed: boolean;
	/** How many of the first turns a summary stood for. */
	covered: number;
	/** How many turns had no room. */
	left_out: number;
};

/** Minutes of what was said. */
export type SummaryDto = {
	/** The text. */
	text: string;
	/** Whether the person changed it. */
	edited: boolean;
	/** Whether it was put away: the turns it holds are sent themselves again. */
	deleted: boolean;
};

/** What a question would be sent with, before it is. */
export type PlannedDto = {
	/** The parts by size. */
	sent: Sent;
	/** Every piece, exactly as it would be sent, in order: masked where the project wants that. */
	segments: Array<SegmentDto>;
	/** Whether names and numbers give way to placeholders. */
	masked: boolean;
	/** Tokens in all, with room for the answer. */
	used: number;
	/** Turns without room are put into a summary first, by the same model. */
	summarises: boolean;
	/** The model that would be asked. */
	model_name: string;
	/** Its host; `null` for a local model. */
	host: string | null;
};

/** A piece of a prompt. */
export type SegmentDto = {
	/** The part it belongs to. */
	kind: PartKind;
	/** Number of the message it is in. */
	message: number;
	/** Who speaks: `system`, `user`, `assistant`. */
	role: "system" | "user" | "assistant";
	/** The text. */
	text: string;
};

/** A question. `after` is the turn it follows, `null` for the first; another question after the same turn is a branch. `from`/`to` are the selection in the draft, in UTF-16 units. */
export type AskAssistant = {
	conversation_id: string;
	draft_id: string;
	after: string | null;
	question: string;
	from: number;
	to: number;
	/** The person has said yes to more than the budget. */
	over_budget?: boolean;
};

/** Shows the branch that a turn is on, down to what was asked last on it; `null` shows none. */
export type ShowTurn = {
	conversation_id: string;
	turn_id: string | null;
};

/** What goes along with a conversation's questions. */
export type RuleConversation = {
	id: string;
	rules: DialogueRules;
};

/** Changes a summary; one that is put away is kept and not used. */
export type EditSummary = {
	conversation_id: string;
	turn_id: string;
	text: string;
	deleted: boolean;
};

/** Hands an answer or a part of it over as a suggestion. `from`/`to` say what it would replace. */
export type HandOver = {
	take_id: string;
	draft_id: string;
	from: number;
	to: number;
	text: string;
};

/** A point of the rubric. */
export type Criterion = "fits_brief" | "facts_kept" | "length" | "voice" | "language" | "freshness";

/** A point after both readings. */
export type Graded = {
	/** The point. */
	criterion: Criterion;
	/** The grades of the readings, in order. */
	grades: Array<number>;
	/** What the judge saw; of two readings the lower grade's, which says what is amiss. */
	reason: string;
	/** Whether the readings contradict each other. */
	contradicts: boolean;
};

/** What the readings come to. */
export type Judged = {
	/** Each point. */
	points: Array<Graded>;
	/** From 0 to 100. */
	score: number;
	/** Whether the readings contradict each other on so much that the score is worth nothing. */
	contradicts: boolean;
};

/** What a judge gave. */
export type JudgeDto = {
	/** The judge's name. */
	model_name: string;
	/** Host it was asked at; `null` for a local model. */
	host: string | null;
	/** The points, the score, and whether it contradicts itself. */
	given: Judged;
	/** Ids of the generations that are its readings. */
	readings: Array<string>;
	/** Models that were to judge before it and could not, in order. */
	skipped: Array<SkippedDto>;
};

/** How a take was judged. */
export type EvaluationDto = {
	/** The take. */
	take_id: string;
	/** Its batch. */
	batch_id: string;
	/** From 1, the best, on. */
	place: number;
	/** Of how many. */
	of: number;
	/** From 0 to 100. */
	score: number;
	/** What the checks left of 100. */
	checks: number;
	/** What it would bring into the document that the checks find fault with. */
	findings: Array<FindingDto>;
	/** Whether it breaks a hard rule: then it comes after all that break none. */
	breaks: boolean;
	/** The grades, if a judge was asked and could be understood. */
	judge: JudgeDto | null;
	/** Why there are no grades, though a judge was asked. */
	judge_error: ErrorDto | null;
	/** Whether the grades count: else the checks alone ranked all of the batch. */
	judged: boolean;
};

/** Asks for takes and has them judged when they are written. */
export type GenerateBest = {
	of: Generate;
	/** Id of the model that judges; `null` for the checks alone. */
	judge: string | null;
	/** Instead of `judge`: the models that the project has in a row for judging. */
	by_chain?: boolean;
};

/** Has the takes of a batch judged. */
export type JudgeTakes = {
	draft_id: string;
	batch_id: string;
	note: string;
	/** Id of the model that judges; `null` for the checks alone. */
	judge: string | null;
	/** Instead of `judge`: the models that the project has in a row for judging. */
	by_chain?: boolean;
	/** The person has said yes to more than the budget. */
	over_budget?: boolean;
};

/** A part of a story; the number counts for entries and scenes. */
export type KeepPart = {
	draft_id: string;
	stage: Stage;
	number: number;
};

/** A premise or pages that a model wrote, taken into the brief. `text` is the premise as the person left it; pages are read from the take. */
export type AcceptPart = {
	take_id: string;
	draft_id: string;
	text: string;
};

/** What would go along with a task. */
export type PromptPages = {
	draft_id: string;
	task: Task;
	from: number;
	to: number;
	note: string;
};

/** Where to write a report, as Markdown. */
export type ExportReport = {
	id: string;
	path: string;
};

/** Someone of a script to talk to. */
export type StartInterview = {
	draft_id: string;
	character: string;
};

/** A question. `until` is how far the character has lived, in UTF-16 units of the text; `again` asks the last question anew. */
export type AskCharacter = {
	id: string;
	question: string;
	until: number;
	again: boolean;
	/** The person has said yes to more than the budget. */
	over_budget?: boolean;
};

/** Whether an answer stands among the notes of a page. */
export type KeepAnswer = {
	interview_id: string;
	turn_id: string;
	kept: boolean;
};

/** A model that was passed over, and why. */
export type SkippedDto = {
	/** Its id on the shelf. */
	model_id: string;
	/** Its name. */
	model_name: string;
	/** Its host; `null` for a local one. */
	host: string | null;
	/** Why. */
	error: ErrorDto;
};

/** What a model can't do by itself and what is done for it. */
export type MadeUp = "number" | "form" | "limits" | "seed";

/** A sum of money. */
export type CostDto = {
	/** How much. */
	amount: number;
	/** Of what, in the person's words. */
	currency: string;
};

/** What is known of a take besides its text. */
export type TakeFacts = {
	/** The model's id on the shelf. */
	model_id: string;
	/** Models that were asked for and did not write it, in order. */
	skipped: Array<SkippedDto>;
	/** What was made up for. */
	made_up: Array<MadeUp>;
	/** Whether names and numbers gave way to placeholders before it was sent. */
	masked: boolean;
	/** Whether the person changed the prompt before it was sent. */
	edited: boolean;
	/** The person's own action that it was asked by. */
	own: OwnTakeDto | null;
	/** The take that it goes on from. */
	resumes: string | null;
	/** Tokens of the prompt, counted or guessed. */
	prompt_tokens: number | null;
	/** Tokens of the answer, counted or guessed. */
	completion_tokens: number | null;
	/** Whether one of them is a guess. */
	guessed: boolean;
	/** What it cost, where the person gave a price. */
	cost: CostDto | null;
};

/** Which models a project asks. */
export type ChainsDto = {
	/** For all tasks that have no chain of their own. */
	usual: Array<string>;
	/** Of single tasks, by the task's name. */
	tasks: Array<TaskChainDto>;
	/** All tasks that can have one, of all kinds of documents. */
	known: Array<string>;
};

/** The models of one task. */
export type TaskChainDto = {
	/** The task's name. */
	task: string;
	/** Ids of models, in order. */
	models: Array<string>;
};

/** What a million tokens cost. */
export type PriceDto = {
	/** A million tokens of prompts. */
	input: number;
	/** A million tokens of answers. */
	output: number;
	/** The currency, in the person's words. */
	currency: string;
};

/** What may be spent in a month. */
export type BudgetDto = {
	/** How much. */
	amount: number;
	/** Of what: the currency of the prices that count against it. */
	currency: string;
	/** How far the person's clock is before UTC, in minutes: where their months begin. */
	offset_minutes: number;
};

/** A budget, and how far it is used. */
export type BudgetStateDto = {
	/** The budget. */
	budget: BudgetDto;
	/** Spent this month in its currency. */
	spent: number;
};

/** Calls of a month, project, model and price, summed up. */
export type UsedDto = {
	/** As `2026-11`. */
	month: string;
	/** The project; `null` for calls without a document. */
	project_id: string | null;
	/** Its name. */
	project: string | null;
	/** The model's name. */
	model: string;
	/** Its host; `null` for a local one. */
	host: string | null;
	/** Calls. */
	calls: number;
	/** Calls whose tokens are guessed in part. */
	guessed: number;
	/** Tokens of prompts. */
	prompt_tokens: number;
	/** Tokens of answers. */
	completion_tokens: number;
	/** What they cost, where there was a price. */
	cost: CostDto | null;
};

/** What was used, and the budgets. */
export type UsageDto = {
	/** Newest month first. */
	used: Array<UsedDto>;
	/** What the project may spend; `null` without a project or a budget. */
	project_budget: BudgetStateDto | null;
	/** What all projects together may spend. */
	budget: BudgetStateDto | null;
};

/** What a request would come to, guessed on the safe side. */
export type EstimateDto = {
	/** The model that would be asked first. */
	model_id: string;
	/** Its host; `null` for a local one. */
	host: string | null;
	/** Requests. */
	calls: number;
	/** Tokens of all prompts. */
	prompt_tokens: number;
	/** Tokens of all answers, at most. */
	most_tokens: number;
	/** What it costs at most, where there is a price. */
	cost: CostDto | null;
	/** Models that would be passed over, and why. */
	skipped: Array<SkippedDto>;
};

/** Something that a service does in its own way. Requests follow what a server is found to do; these are for the person. */
export type Quirk = "loads_slowly" | "one_answer" | "reasoning_cap_name" | "max_tokens_only" | "seed_named_otherwise" | "reasons" | "comments_in_stream";

/** A service that speaks the OpenAI protocol, as a form to start from. */
export type ProviderDto = {
	/** Its id. */
	id: string;
	/** What it calls itself. */
	name: string;
	/** What it calls itself in Chinese, where that differs. */
	name_zh: string | null;
	/** Its base URL. */
	base_url: string;
	/** Other base URLs of the same service (regions). */
	also: Array<string>;
	/** Whether it is a program on the person's own machine. */
	local: boolean;
	/** Whether it answers nobody without a key. */
	needs_key: boolean;
	/** Where a key is got. */
	keys_at: string | null;
	/** Where its protocol is described. */
	docs_at: string;
	/** The protocols it speaks, the usual one first: `chat`, `completions`, `responses`. */
	apis: Array<string>;
	/** What is known to be its own way, to be said where it is set up. */
	quirks: Array<Quirk>;
};

/** The models of a project, for all tasks or for one; an empty list of a task's takes it away. */
export type SetChain = {
	project_id: string;
	task: string | null;
	models: Array<string>;
};

/** What a model's tokens cost; `null` takes it away. */
export type SetPrice = {
	model_id: string;
	price: PriceDto | null;
};

/** What a project (or, without one, all) may spend in a month; `null` takes it away. */
export type SetBudget = {
	project_id: string | null;
	budget: BudgetDto | null;
};

/** What was used, by one project or by all. */
export type UsageInput = {
	project_id: string | null;
	offset_minutes: number;
};

/** Writes what was used to a file. */
export type ExportUsage = {
	project_id: string | null;
	offset_minutes: number;
	path: string;
	language: Language;
};

/** What a request would come to. Fields as in `Generate`. */
export type EstimateInput = {
	draft_id: string;
	task: Task;
	from: number;
	to: number;
	note: string;
	variants: number;
	models: Array<string>;
};

/** Where the answer of an own action goes, as it was when it was asked for. */
export type OwnTakeDto = {
	/** The action. */
	id: string;
	/** What it was called. */
	name: string;
	/** `replace`, `after`, `take` or `note`. */
	answer: string;
};

/** Goes on with a take that was cut off. */
export type ResumeTake = {
	take_id: string;
	over_budget: boolean;
};

/** How a look at a server went. */
export type ServerOutcome = "yes" | "no" | "unclear" | "failed";

/** What was found out of a server. */
export type ServerFindingDto = {
	/** What was looked at: `models`, `answer`, `streaming`, `usage`, `cap`, `seed`, `stop`, `several_answers`, `json_schema`, `json_object`, `reasoning`. */
	of: string;
	/** How it went. */
	outcome: ServerOutcome;
	/** Why a question failed. */
	error: ErrorDto | null;
};

/** What a test of a connection found. */
export type ServerTestDto = {
	/** The models that it offers. */
	models: Array<string>;
	/** What was looked at, in order. */
	findings: Array<ServerFindingDto>;
	/** What requests are to follow; given back when the server is added or changed. */
	capabilities: Record<string, unknown>;
};

/** A server that was found on this machine. */
export type FoundServerDto = {
	/** The program that usually has this port. */
	product: string;
	/** Its base URL. */
	base_url: string;
	/** The models that it offers. */
	models: Array<string>;
};

/** Another address, model or name for a server on the shelf. `api_key` `null` keeps the key that is there, as long as the host stays the same. */
export type EditServer = {
	model_id: string;
	name: string;
	base_url: string;
	model: string;
	api_key: string | null;
	/** `chat`, `completions` or `responses`. */
	api?: string;
	/** What a test of this connection found. */
	capabilities?: Record<string, unknown>;
};

/** Tests a connection. `api_key` `null` takes the key that is kept for `model_id`, as long as the host is the one that it was given for. */
export type TestServer = {
	model_id: string | null;
	base_url: string;
	model: string;
	api: string | null;
	api_key: string | null;
};

/** What is done about the library itself. */
export interface DoorCommands {
	/** How the library is, as a file. */
	library_status: { input: Nothing; output: LibraryStatus };
	/** Opens the library for reading only; nothing of it is changed. */
	open_for_reading: { input: Nothing; output: null };
	/** Opens the library again, to be written. */
	open_for_writing: { input: Nothing; output: null };
	/** Opens another library. */
	choose_library: { input: PathInput; output: null };
	/** Makes a new library and opens it. */
	new_library: { input: PathInput; output: null };
	/** Copies the library to another place, compares it, and goes on there. The old file stays. */
	move_library: { input: PathInput; output: null };
	/** Looks for damage in the whole library. */
	check_library: { input: Nothing; output: CheckedDto };
	/** The library's backups, newest first. */
	list_backups: { input: Nothing; output: Array<BackupDto> };
	/** Makes a backup now. */
	make_backup: { input: Nothing; output: BackupDto };
	/** Chooses where backups are kept. */
	set_backup_folder: { input: BackupFolder; output: null };
	/** What is in a backup, beside what the library has now. */
	backup_contents: { input: PathInput; output: Array<ProjectThereDto> };
	/** The text of a draft in a backup. */
	backup_text: { input: DraftThereInput; output: string };
	/** Brings single documents out of a backup, with their history; nothing that is there changes. */
	take_from_backup: { input: BringInput; output: Array<BroughtDto> };
	/** Saves what can be read of the library into a new one beside it; the old one stays as it is. */
	rescue_library: { input: Nothing; output: RescuedDto };
	/** Puts a backup in the library's place; what is there now is kept as a backup first. */
	restore_backup: { input: PathInput; output: RestoredDto };
}

/** All commands: what goes in and what comes out. */
export interface Commands extends DoorCommands {
	/** The comments on a draft, as they stand in its text (its id). */
	comments: { input: Id; output: Array<CommentDto> };
	/** Writes a comment on a place. */
	add_comment: { input: AddComment; output: CommentDto };
	/** Changes what a comment says. */
	edit_comment: { input: EditComment; output: null };
	/** Says whether a comment is resolved. */
	resolve_comment: { input: ResolveComment; output: null };
	/** Puts a comment away. */
	delete_comment: { input: Id; output: null };
	/** Brings a comment back. */
	restore_comment: { input: Id; output: null };
	/** Keeps a picture in a project. */
	add_picture: { input: AddPicture; output: PictureDto };
	/** A picture of the library. */
	picture: { input: PictureInput; output: PictureData };
	/** A draft as a page of HTML that prints (its id). */
	printable: { input: Id; output: string };
	/** Which of these words are none. */
	check_words: { input: CheckWords; output: Array<string> };
	/** The slips of English paragraphs, a list for each, up to the first that can't be looked at now. */
	check_grammar: { input: CheckGrammar; output: Array<Array<GrammarSlip>> };
	/** What could be meant by a word that is none, the likeliest first. */
	suggest_words: { input: SuggestWords; output: Array<string> };
	/** Words that are names in a draft's project (its id). */
	known_names: { input: Id; output: Array<string> };
	/** What a window needs when it opens. */
	app_state: { input: Nothing; output: AppState };
	/** Chooses the UI language. */
	set_language: { input: SetLanguage; output: null };
	/** Chooses the colours. */
	set_theme: { input: SetTheme; output: null };
	/** How the person likes to write. */
	preferences: { input: Nothing; output: Preferences };
	/** Keeps how the person likes to write. */
	set_preferences: { input: Preferences; output: null };
	/** Remembers what was open. */
	set_last_open: { input: SetLastOpen; output: null };
	/** Makes a project. */
	create_project: { input: CreateProject; output: ProjectDto };
	/** Makes a project to try things out in, with texts of this language. */
	sample_project: { input: CreateProject; output: SampleDto };
	/** Renames a project. */
	rename_project: { input: IdName; output: ProjectDto };
	/** Puts a project into the bin. */
	delete_project: { input: Id; output: null };
	/** Takes a project out of the bin. */
	restore_project: { input: Id; output: ProjectDto };
	/** Says whether a project's text may leave the machine. */
	set_privacy: { input: SetPrivacy; output: ProjectDto };
	/** Chooses a project's model; refuses a remote one for a project that is local only. */
	choose_model: { input: ChooseModel; output: ProjectDto };
	/** Sets the words a project never uses. */
	set_house_rules: { input: SetHouseRules; output: ProjectDto };
	/** The voice sample of a project (its id). */
	voice: { input: Id; output: VoiceDto };
	/** Keeps the voice sample of a project. */
	set_voice: { input: SetVoice; output: VoiceDto };
	/** A person's own actions. */
	actions: { input: Nothing; output: ActionsDto };
	/** Looks at the file of an action; nothing is kept. */
	check_action: { input: ActionText; output: ActionDto };
	/** What the file of a new action begins with; nothing is kept yet. */
	new_action: { input: NewAction; output: string };
	/** Keeps the file of an action, whether it can be used or not. */
	save_action: { input: ActionText; output: ActionDto };
	/** Takes an action away (the name of its file); the file stays under another ending. */
	remove_action: { input: Id; output: null };
	/** Brings an action back that was taken away. */
	restore_action: { input: Id; output: null };
	/** Lists the documents of a project (its id). */
	list_documents: { input: Id; output: Array<DocumentDto> };
	/** Makes a document and opens its first draft. */
	create_document: { input: CreateDocument; output: DraftView };
	/** Renames a document. */
	rename_document: { input: IdName; output: DocumentDto };
	/** Puts a document into the bin. */
	delete_document: { input: Id; output: null };
	/** Takes a document out of the bin. */
	restore_document: { input: Id; output: DocumentDto };
	/** Saves a draft's brief; what is not valid yet is saved all the same, and checked when used. */
	set_brief: { input: SetBrief; output: null };
	/** Opens a draft (its id). */
	open_draft: { input: Id; output: DraftView };
	/** Makes a new draft from a draft. */
	branch_draft: { input: IdName; output: DraftView };
	/** Renames a draft. */
	rename_draft: { input: IdName; output: null };
	/** Puts a draft into the bin; the last one of a document stays. */
	delete_draft: { input: Id; output: null };
	/** Saves edits. */
	apply_edits: { input: ApplyEdits; output: Saved };
	/** Saves a whole text. */
	replace_text: { input: ReplaceText; output: Saved };
	/** Makes an automatic snapshot if anything changed (id of the draft). */
	snapshot: { input: Id; output: null };
	/** Keeps a named version (id of the draft). */
	save_version: { input: IdName; output: HistoryNodeDto };
	/** Takes the last step back, whenever it was made. */
	undo: { input: DraftAt; output: Undone };
	/** Does again what was undone last. */
	redo: { input: DraftAt; output: Undone };
	/** A part of the history of all drafts of a document, newest first. */
	document_history: { input: HistoryOf; output: HistoryPage };
	/** What a node keeps: title, brief and text. */
	node_view: { input: Id; output: NodeView };
	/** Gives a node a name; an empty one takes it away. */
	name_node: { input: IdName; output: null };
	/** Hides a node in the history, or shows it again. */
	hide_node: { input: HideNode; output: null };
	/** Makes a new draft from a node. */
	branch_node: { input: IdName; output: DraftView };
	/** What lies in the bin, last deleted first. */
	bin: { input: Nothing; output: Array<BinItemDto> };
	/** Takes a draft out of the bin. */
	restore_draft: { input: Id; output: null };
	/** Deletes for good what lies in the bin. */
	empty_bin: { input: Nothing; output: EmptiedDto };
	/** Lists a draft's history, newest first. */
	history: { input: Id; output: Array<HistoryNodeDto> };
	/** The text of a node. */
	node_text: { input: Id; output: string };
	/** Compares a node (old) with the draft as it is (new). */
	compare: { input: DraftNode; output: Array<DiffPieceDto> };
	/** Brings a node's text back. */
	restore_node: { input: DraftNode; output: DraftView };
	/** The model shelf. */
	models: { input: Nothing; output: Array<ModelDto> };
	/** Puts a model file on the shelf, where it lies. */
	add_file: { input: AddFile; output: ModelDto };
	/** Puts a server's model on the shelf. */
	add_server: { input: AddServer; output: ModelDto };
	/** Sets the key of a server's model and says where it is kept; an empty one forgets it. */
	set_key: { input: SetKey; output: ModelDto };
	/** Moves the key of a server's model to another place. */
	move_key: { input: MoveKey; output: ModelDto };
	/** The places where keys can be kept, and how they are. */
	key_places: { input: Nothing; output: KeyPlacesDto };
	/** Opens the file of keys. */
	unlock_keys: { input: Passphrase; output: KeyPlacesDto };
	/** Closes the file of keys. */
	lock_keys: { input: Nothing; output: KeyPlacesDto };
	/** Makes the file of keys, or gives the open one another passphrase. */
	seal_keys: { input: Passphrase; output: KeyPlacesDto };
	/** Deletes the file of keys with all that it holds. */
	discard_key_file: { input: Nothing; output: KeyPlacesDto };
	/** Takes a model off the shelf; the file stays. */
	remove_model: { input: Id; output: null };
	/** The folders whose model files come onto the shelf by themselves, looked through anew. */
	model_folders: { input: Nothing; output: Array<ModelFolderDto> };
	/** Puts a folder on the shelf. */
	add_model_folder: { input: PathInput; output: Array<ModelFolderDto> };
	/** Takes a folder off the shelf, with what came with it; the files stay. */
	remove_model_folder: { input: PathInput; output: Array<ModelFolderDto> };
	/** Looks for model files that other programs have on this machine. */
	find_models: { input: Nothing; output: Array<FoundProgramDto> };
	/** Puts another program's model file on the shelf, where it lies. */
	add_found: { input: AddFound; output: ModelDto };
	/** Copies a model file into the program's own folder, and puts it on the shelf. */
	import_model: { input: PathInput; output: ModelDto };
	/** Runs a model for a moment and says how fast it wrote (its id). */
	measure_model: { input: Id; output: ModelDto };
	/** Models that fit this machine. */
	model_guide: { input: Nothing; output: GuideDto };
	/** Chooses the host that models of the guide come from. */
	set_model_hub: { input: SetHub; output: null };
	/** What a download would be; nothing is asked for. */
	plan_download: { input: PlanDownload; output: PlannedDownload };
	/** Asks for a model file. */
	start_download: { input: StartDownload; output: DownloadDto };
	/** The downloads, those of earlier runs of the program among them. */
	downloads: { input: Nothing; output: Array<DownloadDto> };
	/** Stops a download; what came in stays (its id). */
	pause_download: { input: Id; output: null };
	/** Goes on with a download (its id). */
	resume_download: { input: Id; output: DownloadDto };
	/** Gives a download up, and throws away what came in (its id). */
	drop_download: { input: Id; output: null };
	/** Services and programs that speak the OpenAI protocol, as forms to start from. */
	providers: { input: Nothing; output: Array<ProviderDto> };
	/** Asks a server a few short questions and says what it can do. */
	test_server: { input: TestServer; output: ServerTestDto };
	/** Looks for servers on this machine. */
	local_servers: { input: Nothing; output: Array<FoundServerDto> };
	/** Changes the address, the model or the name of a server's model. */
	edit_server: { input: EditServer; output: ModelDto };
	/** Says what a million tokens of a model cost. */
	set_price: { input: SetPrice; output: ModelDto };
	/** The models that a project asks one after the other (its id). */
	chains: { input: Id; output: ChainsDto };
	/** Chooses the models that a project asks one after the other. */
	set_chain: { input: SetChain; output: ProjectDto };
	/** Says what may be spent in a month. */
	set_budget: { input: SetBudget; output: null };
	/** What models used and cost, and the budgets. */
	usage: { input: UsageInput; output: UsageDto };
	/** Writes what models used to a file. */
	export_usage: { input: ExportUsage; output: null };
	/** What a request would come to; nothing is sent. */
	estimate: { input: EstimateInput; output: EstimateDto };
	/** Goes on with a take that was cut off. */
	resume_take: { input: ResumeTake; output: TakeDto };
	/** Loads a model ahead of its first use. */
	load_model: { input: Id; output: null };
	/** Asks a server which models it offers. */
	list_server_models: { input: ListServerModels; output: Array<string> };
	/** Asks for takes; they arrive as events. */
	generate: { input: Generate; output: Batch };
	/** The prompt that would be sent, word for word; nothing is sent. */
	preview_prompt: { input: Generate; output: PromptDto };
	/** Counts messages and says what they are made of. */
	read_prompt: { input: ReadPrompt; output: PromptReading };
	/** Stops a batch or a single take (its id). */
	stop: { input: Id; output: null };
	/** Takes a suggestion into the text. */
	accept_take: { input: AcceptTake; output: DraftView };
	/** A suggestion as changes to what stands in the text. */
	suggested_changes: { input: SuggestedChanges; output: SuggestedChangesDto };
	/** Takes single changes of a suggestion into the text. */
	accept_changes: { input: AcceptChanges; output: DraftView };
	/** A few words that could come next at the caret, by a model on this machine; `null` where none come. */
	look_ahead: { input: LookAhead; output: AheadDto | null };
	/** Ends what is being guessed, and forgets it. */
	drop_ahead: { input: Nothing; output: null };
	/** Takes words that were guessed into the text. */
	take_ahead: { input: TakeAhead; output: DraftView };
	/** Formatted text of another program as Markdown. */
	read_markup: { input: ReadMarkup; output: MarkupDto };
	/** Markdown as formatted text for other programs. */
	write_markup: { input: WriteMarkup; output: MarkupDto };
	/** Two takes side by side, in passages. */
	mix_sides: { input: MixSides; output: MixView };
	/** Takes passages of several takes into the text, in one step of undo. */
	accept_mix: { input: AcceptMix; output: DraftView };
	/** Throws a suggestion away; it stays in the record. */
	discard_take: { input: Id; output: TakeDto };
	/** The whole record of a take. */
	generation_record: { input: Id; output: GenerationRecordDto };
	/** Compares two states of a document, with what stands elsewhere, title and fields. */
	compare_states: { input: CompareStates; output: ComparisonDto };
	/** Compares two states of a screenplay by scene and element. */
	compare_scripts: { input: CompareStates; output: ScriptComparisonDto };
	/** Takes passages and fields of another state into a draft, in one step of undo. */
	take_passages: { input: TakePassages; output: DraftView };
	/** What merging one draft into another would do, and what is to be decided. */
	plan_merge: { input: DraftPair; output: MergePlan };
	/** Merges one draft into another, in one step of undo. */
	merge_drafts: { input: MergeDrafts; output: DraftView };
	/** Where the words of a draft came from (id of the draft). */
	provenance: { input: Id; output: ProvenanceDto };
	/** Writes a report of where a draft's words came from. */
	export_provenance: { input: ExportProvenance; output: null };
	/** Writes a draft's text with labels. */
	export_labelled: { input: ExportLabelled; output: null };
	/** What has changed since a local model's generation was recorded (id of the take). */
	replay_changes: { input: Id; output: Array<ReplayChange> };
	/** Runs a recorded generation of a local model again and compares it byte for byte (id of the take). */
	replay: { input: Id; output: ReplayDto };
	/** Stops a replay (id of the take). */
	stop_replay: { input: Id; output: null };
	/** The words of a take that its local model was not sure of, which writes it once more to say so; */
	/** `stop_replay` stops that (id of the take). */
	doubts: { input: Id; output: DoubtsDto };
	/** Checks a draft against its brief and the house rules (id of the draft). */
	check: { input: Id; output: Array<FindingDto> };
	/** The ads of a draft as a grid (id of the draft). */
	ad_grid: { input: Id; output: AdGrid };
	/** Makes a document of a file. */
	import_file: { input: ImportFile; output: ImportedDto };
	/** What of files and folders can be imported; nothing is yet. */
	list_import: { input: ListImport; output: ImportList };
	/** What a file would become; nothing is imported yet. */
	look_at_file: { input: ImportFile; output: LookedAt };
	/** How far a screenplay is locked and revised (id of the draft). */
	production: { input: Id; output: ProductionDto };
	/** Numbers a screenplay's scenes, keeps a version, and locks scenes and pages (id of the draft). */
	lock_script: { input: Id; output: DraftView };
	/** Unlocks a screenplay; its revisions stay (id of the draft). */
	unlock_script: { input: Id; output: ProductionDto };
	/** Begins a set of revisions. */
	start_revision: { input: StartRevision; output: ProductionDto };
	/** Numbers new scenes, and says which are gone (id of the draft). */
	number_scenes: { input: Id; output: DraftView };
	/** Writes a draft to a file. */
	export: { input: Export; output: ExportDone };
	/** How the pages of a document are set (id of a draft). */
	page_setup: { input: Id; output: PageSetup };
	/** Keeps how the pages of a document are set. */
	set_page_setup: { input: SetPageSetup; output: null };
	/** Where the pages of a draft end, and how long it is (id of the draft). */
	page_breaks: { input: Id; output: PageBreaks };
	/** Shows pages of a draft as they would be printed. */
	preview_pages: { input: PreviewPages; output: PagePreview };
	/** What the fonts that ship lack for a draft's pages, and what has it. */
	page_fonts: { input: PreviewPages; output: PageFonts };
	/** Writes a draft as PDF. */
	export_pdf: { input: ExportPdf; output: PdfDone };
	/** A script in numbers: scenes, characters, places and shares (id of the draft). */
	script_tally: { input: Id; output: TallyDto };
	/** Writes a report over a script as a table. */
	export_tally: { input: ExportTally; output: PdfDone };
	/** Writes everything as plain files, to a folder or a zip file. */
	export_everything: { input: ExportEverything; output: ExportedDto };
	/** Brings plain files back, beside what is there. */
	bring_back: { input: PathInput; output: BroughtBack };
	/** Stops an export of everything, or its return. */
	stop_archive: { input: Nothing; output: null };
	/** Searches titles, texts, fields, notes and the history. */
	search: { input: Search; output: SearchPageDto };
	/** The texts of a project that can be looked in (its id). */
	texts_in_project: { input: Id; output: Array<TextInProject> };
	/** The text of a draft (its id), without opening it. */
	draft_text: { input: Id; output: DraftText };
	/** The takes of a draft (its id). */
	draft_takes: { input: Id; output: Array<TakeDto> };
	/** Replaces in several drafts, in one step of undo each. */
	replace_across: { input: ReplaceAcross; output: Array<ReplacedIn> };
	/** Searches present texts by what they mean. */
	search_meaning: { input: SearchMeaning; output: MeaningPage };
	/** What is masked in a project before it reaches a server, and what of the open draft would be. */
	masking: { input: MaskingOf; output: MaskingDto };
	/** Says what is masked in a project. */
	set_masking: { input: SetMasking; output: MaskingDto };
	/** What left the machine and is asked for, a page. */
	ledger_page: { input: LedgerAsk; output: LedgerPageDto };
	/** What was sent, word for word (id of an entry of the ledger). */
	sent_text: { input: Id; output: SentDto };
	/** Writes entries of the ledger to a file. */
	export_ledger: { input: ExportLedger; output: null };
	/** Writes what was sent to a file, byte for byte. */
	export_sent: { input: ExportSent; output: null };
	/** Clears texts that were sent; the entries stay. Says how many went. */
	clear_sent: { input: ClearSent; output: number };
	/** The stages of a script's story and what is stale (id of the draft). */
	story: { input: Id; output: StoryDto };
	/** Says that a part of a story is right as it is. */
	keep_part: { input: KeepPart; output: StoryDto };
	/** Takes a premise or pages of people into the brief. */
	accept_part: { input: AcceptPart; output: DraftView };
	/** The pages of people and places that a task would bring along. */
	prompt_pages: { input: PromptPages; output: Array<PromptPageDto> };
	/** A reader's reports on a draft, newest first (id of the draft). */
	reports: { input: Id; output: Array<ReportDto> };
	/** Puts a report away. */
	delete_report: { input: Id; output: null };
	/** Brings a report back. */
	restore_report: { input: Id; output: null };
	/** Writes a report to a file. */
	export_report: { input: ExportReport; output: null };
	/** A screenplay as cards in columns (id of the draft). */
	board: { input: Id; output: BoardDto };
	/** Changes the board, and so the text, in one step of undo. */
	change_board: { input: ChangeBoard; output: BoardChanged };
	/** Where a scene can be cut in two. */
	scene_cuts: { input: CardOf; output: Array<CutDto> };
	/** The beat sheets to choose from. */
	beat_sheets: { input: BeatSheetsOf; output: BeatSheetsDto };
	/** Puts a beat sheet into a screenplay, around what stands there, in one step of undo. */
	apply_beat_sheet: { input: ApplyBeatSheet; output: BoardChanged };
	/** The interviews of a draft, the one asked last first (id of the draft). */
	interviews: { input: Id; output: Array<InterviewDto> };
	/** Begins an interview. */
	start_interview: { input: StartInterview; output: InterviewDto };
	/** Asks someone something; the answer arrives as a take. */
	ask_character: { input: AskCharacter; output: InterviewDto };
	/** Says whether an answer was kept as a note. */
	keep_answer: { input: KeepAnswer; output: InterviewDto };
	/** Puts an interview away. */
	delete_interview: { input: Id; output: null };
	/** Brings an interview back. */
	restore_interview: { input: Id; output: null };
	/** The conversations with the assistant beside a document, the one asked last first (id of a draft). */
	conversations: { input: Id; output: Array<ConversationDto> };
	/** Begins a conversation (id of the draft). */
	start_conversation: { input: Id; output: ConversationDto };
	/** What a question would be sent with, by size and word for word; nothing is sent. */
	plan_question: { input: AskAssistant; output: PlannedDto };
	/** Asks the assistant; the answer arrives as a take. Where earlier turns have no room, a summary of */
	/** them is written first. */
	ask_assistant: { input: AskAssistant; output: ConversationDto };
	/** Shows a branch of a conversation. */
	show_turn: { input: ShowTurn; output: ConversationDto };
	/** Gives a conversation a name. */
	rename_conversation: { input: IdName; output: ConversationDto };
	/** Says what goes along with a conversation's questions. */
	rule_conversation: { input: RuleConversation; output: ConversationDto };
	/** Changes a summary, or puts it away. */
	edit_summary: { input: EditSummary; output: ConversationDto };
	/** Puts a conversation away. */
	delete_conversation: { input: Id; output: null };
	/** Brings a conversation back. */
	restore_conversation: { input: Id; output: null };
	/** Makes a suggestion of an answer, or of a part of it. */
	hand_over: { input: HandOver; output: TakeDto };
	/** Asks for takes, and has them judged when they are written. */
	generate_best: { input: GenerateBest; output: Batch };
	/** Has the takes of a batch judged. */
	judge_takes: { input: JudgeTakes; output: null };
	/** How the takes of a draft were judged (id of the draft). */
	evaluations: { input: Id; output: Array<EvaluationDto> };
}
