//! The table of commands: all that a user interface can call, by name, with JSON in and out.
//! TypeScript types are made from the same table (see the `bindings` test).

use std::sync::Arc;

use serde_json::Value;

use crate::{
    Studio, StudioError, archive::*, assistant::dto::*, board::dto::*, compare::*, depot::*,
    doorway::dto::PathInput, dto::*, history::*, import_list::*, imports::*, inputs::*, judging::*,
    keys::*, ledger::*, markup::*, masking::*, meaning::*, merging::*, mixing::*, page_fonts::*,
    pages::*, production::*, provenance::*, replay::*, script_compare::*, searching::*,
    story::dto::*, switch::dto::*, tally::*,
};
use crate::{
    across::*, actions::*, ahead::*, changes::*, comments::*, doubts::*, pictures::*,
    preferences::*, prompting::*, sample::*, spelling::*, voice::*,
};

macro_rules! commands {
    (
        $of:ty, $interface:literal:
        $($(#[doc = $doc:literal])* $name:ident($input:ty) -> $output:ty;)*
    ) => {
        /// Names of all commands, in the table's order.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Runs the command called `name`.
        ///
        /// # Errors
        /// `bad_request` for an unknown name or an input that does not fit, else the command's own.
        pub async fn call(of: &Arc<$of>, name: &str, input: Value) -> Result<Value, ErrorDto> {
            match name {
                $(stringify!($name) => {
                    let input: $input = serde_json::from_value(input)
                        .map_err(|e| StudioError::BadRequest(format!("{name}: {e}")).to_dto())?;
                    let output: $output = of.$name(input).await.map_err(|e| e.to_dto())?;
                    serde_json::to_value(output)
                        .map_err(|e| StudioError::Internal(e.to_string()).to_dto())
                })*
                other => Err(StudioError::BadRequest(format!("no command `{other}`")).to_dto()),
            }
        }

        /// The table as a TypeScript interface.
        #[cfg(test)]
        pub(crate) fn typescript(config: &ts_rs::Config) -> String {
            use ts_rs::TS;
            let mut out = format!("export interface {} {{\n", $interface);
            $(
                $(out.push_str(&format!("\t/**{} */\n", $doc));)*
                out.push_str(&format!(
                    "\t{}: {{ input: {}; output: {} }};\n",
                    stringify!($name), <$input as TS>::name(config), output_name::<$output>(config),
                ));
            )*
            out.push_str("}\n");
            out
        }
    };
}

#[cfg(test)]
fn output_name<T: ts_rs::TS>(config: &ts_rs::Config) -> String {
    T::name(config)
}

/// What is done about the library itself, also where it can't be opened.
pub mod door {
    use super::*;
    use crate::doorway::{Doorway, dto::*};

    commands! {
        Doorway, "DoorCommands":
        /// How the library is, as a file.
        library_status(Nothing) -> LibraryStatus;
        /// Opens the library for reading only; nothing of it is changed.
        open_for_reading(Nothing) -> ();
        /// Opens the library again, to be written.
        open_for_writing(Nothing) -> ();
        /// Opens another library.
        choose_library(PathInput) -> ();
        /// Makes a new library and opens it.
        new_library(PathInput) -> ();
        /// Copies the library to another place, compares it, and goes on there. The old file stays.
        move_library(PathInput) -> ();
        /// Looks for damage in the whole library.
        check_library(Nothing) -> CheckedDto;
        /// The library's backups, newest first.
        list_backups(Nothing) -> Vec<BackupDto>;
        /// Makes a backup now.
        make_backup(Nothing) -> BackupDto;
        /// Chooses where backups are kept.
        set_backup_folder(BackupFolder) -> ();
        /// What is in a backup, beside what the library has now.
        backup_contents(PathInput) -> Vec<ProjectThereDto>;
        /// The text of a draft in a backup.
        backup_text(DraftThereInput) -> String;
        /// Brings single documents out of a backup, with their history; nothing that is there changes.
        take_from_backup(BringInput) -> Vec<BroughtDto>;
        /// Saves what can be read of the library into a new one beside it; the old one stays as it is.
        rescue_library(Nothing) -> RescuedDto;
        /// Puts a backup in the library's place; what is there now is kept as a backup first.
        restore_backup(PathInput) -> RestoredDto;
    }
}

commands! {
    Studio, "Commands extends DoorCommands":
    /// The comments on a draft, as they stand in its text (its id).
    comments(Id) -> Vec<CommentDto>;
    /// Writes a comment on a place.
    add_comment(AddComment) -> CommentDto;
    /// Changes what a comment says.
    edit_comment(EditComment) -> ();
    /// Says whether a comment is resolved.
    resolve_comment(ResolveComment) -> ();
    /// Puts a comment away.
    delete_comment(Id) -> ();
    /// Brings a comment back.
    restore_comment(Id) -> ();
    /// Keeps a picture in a project.
    add_picture(AddPicture) -> PictureDto;
    /// A picture of the library.
    picture(PictureInput) -> PictureData;
    /// A draft as a page of HTML that prints (its id).
    printable(Id) -> String;
    /// Which of these words are none.
    check_words(CheckWords) -> Vec<String>;
    /// The slips of English paragraphs, a list for each, up to the first that can't be looked at now.
    check_grammar(CheckGrammar) -> Vec<Vec<GrammarSlip>>;
    /// What could be meant by a word that is none, the likeliest first.
    suggest_words(SuggestWords) -> Vec<String>;
    /// Words that are names in a draft's project (its id).
    known_names(Id) -> Vec<String>;
    /// What a window needs when it opens.
    app_state(Nothing) -> AppState;
    /// Chooses the UI language.
    set_language(SetLanguage) -> ();
    /// Chooses the colours.
    set_theme(SetTheme) -> ();
    /// How the person likes to write.
    preferences(Nothing) -> Preferences;
    /// Keeps how the person likes to write.
    set_preferences(Preferences) -> ();
    /// Remembers what was open.
    set_last_open(SetLastOpen) -> ();
    /// Makes a project.
    create_project(CreateProject) -> ProjectDto;
    /// Makes a project to try things out in, with texts of this language.
    sample_project(CreateProject) -> SampleDto;
    /// Renames a project.
    rename_project(IdName) -> ProjectDto;
    /// Puts a project into the bin.
    delete_project(Id) -> ();
    /// Takes a project out of the bin.
    restore_project(Id) -> ProjectDto;
    /// Says whether a project's text may leave the machine.
    set_privacy(SetPrivacy) -> ProjectDto;
    /// Chooses a project's model; refuses a remote one for a project that is local only.
    choose_model(ChooseModel) -> ProjectDto;
    /// Sets the words a project never uses.
    set_house_rules(SetHouseRules) -> ProjectDto;
    /// The voice sample of a project (its id).
    voice(Id) -> VoiceDto;
    /// Keeps the voice sample of a project.
    set_voice(SetVoice) -> VoiceDto;
    /// A person's own actions.
    actions(Nothing) -> ActionsDto;
    /// Looks at the file of an action; nothing is kept.
    check_action(ActionText) -> ActionDto;
    /// What the file of a new action begins with; nothing is kept yet.
    new_action(NewAction) -> String;
    /// Keeps the file of an action, whether it can be used or not.
    save_action(ActionText) -> ActionDto;
    /// Takes an action away (the name of its file); the file stays under another ending.
    remove_action(Id) -> ();
    /// Brings an action back that was taken away.
    restore_action(Id) -> ();
    /// Lists the documents of a project (its id).
    list_documents(Id) -> Vec<DocumentDto>;
    /// Makes a document and opens its first draft.
    create_document(CreateDocument) -> DraftView;
    /// Renames a document.
    rename_document(IdName) -> DocumentDto;
    /// Puts a document into the bin.
    delete_document(Id) -> ();
    /// Takes a document out of the bin.
    restore_document(Id) -> DocumentDto;
    /// Saves a draft's brief; what is not valid yet is saved all the same, and checked when used.
    set_brief(SetBrief) -> ();
    /// Opens a draft (its id).
    open_draft(Id) -> DraftView;
    /// Makes a new draft from a draft.
    branch_draft(IdName) -> DraftView;
    /// Renames a draft.
    rename_draft(IdName) -> ();
    /// Puts a draft into the bin; the last one of a document stays.
    delete_draft(Id) -> ();
    /// Saves edits.
    apply_edits(ApplyEdits) -> Saved;
    /// Saves a whole text.
    replace_text(ReplaceText) -> Saved;
    /// Makes an automatic snapshot if anything changed (id of the draft).
    snapshot(Id) -> ();
    /// Keeps a named version (id of the draft).
    save_version(IdName) -> HistoryNodeDto;
    /// Takes the last step back, whenever it was made.
    undo(DraftAt) -> Undone;
    /// Does again what was undone last.
    redo(DraftAt) -> Undone;
    /// A part of the history of all drafts of a document, newest first.
    document_history(HistoryOf) -> HistoryPage;
    /// What a node keeps: title, brief and text.
    node_view(Id) -> NodeView;
    /// Gives a node a name; an empty one takes it away.
    name_node(IdName) -> ();
    /// Hides a node in the history, or shows it again.
    hide_node(HideNode) -> ();
    /// Makes a new draft from a node.
    branch_node(IdName) -> DraftView;
    /// What lies in the bin, last deleted first.
    bin(Nothing) -> Vec<BinItemDto>;
    /// Takes a draft out of the bin.
    restore_draft(Id) -> ();
    /// Deletes for good what lies in the bin.
    empty_bin(Nothing) -> EmptiedDto;
    /// Lists a draft's history, newest first.
    history(Id) -> Vec<HistoryNodeDto>;
    /// The text of a node.
    node_text(Id) -> String;
    /// Compares a node (old) with the draft as it is (new).
    compare(DraftNode) -> Vec<DiffPieceDto>;
    /// Brings a node's text back.
    restore_node(DraftNode) -> DraftView;
    /// The model shelf.
    models(Nothing) -> Vec<ModelDto>;
    /// Puts a model file on the shelf, where it lies.
    add_file(AddFile) -> ModelDto;
    /// Puts a server's model on the shelf.
    add_server(AddServer) -> ModelDto;
    /// Sets the key of a server's model and says where it is kept; an empty one forgets it.
    set_key(SetKey) -> ModelDto;
    /// Moves the key of a server's model to another place.
    move_key(MoveKey) -> ModelDto;
    /// The places where keys can be kept, and how they are.
    key_places(Nothing) -> KeyPlacesDto;
    /// Opens the file of keys.
    unlock_keys(Passphrase) -> KeyPlacesDto;
    /// Closes the file of keys.
    lock_keys(Nothing) -> KeyPlacesDto;
    /// Makes the file of keys, or gives the open one another passphrase.
    seal_keys(Passphrase) -> KeyPlacesDto;
    /// Deletes the file of keys with all that it holds.
    discard_key_file(Nothing) -> KeyPlacesDto;
    /// Takes a model off the shelf; the file stays.
    remove_model(Id) -> ();
    /// The folders whose model files come onto the shelf by themselves, looked through anew.
    model_folders(Nothing) -> Vec<ModelFolderDto>;
    /// Puts a folder on the shelf.
    add_model_folder(PathInput) -> Vec<ModelFolderDto>;
    /// Takes a folder off the shelf, with what came with it; the files stay.
    remove_model_folder(PathInput) -> Vec<ModelFolderDto>;
    /// Looks for model files that other programs have on this machine.
    find_models(Nothing) -> Vec<FoundProgramDto>;
    /// Puts another program's model file on the shelf, where it lies.
    add_found(AddFound) -> ModelDto;
    /// Copies a model file into the program's own folder, and puts it on the shelf.
    import_model(PathInput) -> ModelDto;
    /// Runs a model for a moment and says how fast it wrote (its id).
    measure_model(Id) -> ModelDto;
    /// Models that fit this machine.
    model_guide(Nothing) -> GuideDto;
    /// Chooses the host that models of the guide come from.
    set_model_hub(SetHub) -> ();
    /// What a download would be; nothing is asked for.
    plan_download(PlanDownload) -> PlannedDownload;
    /// Asks for a model file.
    start_download(StartDownload) -> DownloadDto;
    /// The downloads, those of earlier runs of the program among them.
    downloads(Nothing) -> Vec<DownloadDto>;
    /// Stops a download; what came in stays (its id).
    pause_download(Id) -> ();
    /// Goes on with a download (its id).
    resume_download(Id) -> DownloadDto;
    /// Gives a download up, and throws away what came in (its id).
    drop_download(Id) -> ();
    /// Services and programs that speak the OpenAI protocol, as forms to start from.
    providers(Nothing) -> Vec<ProviderDto>;
    /// Asks a server a few short questions and says what it can do.
    test_server(TestServer) -> ServerTestDto;
    /// Looks for servers on this machine.
    local_servers(Nothing) -> Vec<FoundServerDto>;
    /// Changes the address, the model or the name of a server's model.
    edit_server(EditServer) -> ModelDto;
    /// Says what a million tokens of a model cost.
    set_price(SetPrice) -> ModelDto;
    /// The models that a project asks one after the other (its id).
    chains(Id) -> ChainsDto;
    /// Chooses the models that a project asks one after the other.
    set_chain(SetChain) -> ProjectDto;
    /// Says what may be spent in a month.
    set_budget(SetBudget) -> ();
    /// What models used and cost, and the budgets.
    usage(UsageInput) -> UsageDto;
    /// Writes what models used to a file.
    export_usage(ExportUsage) -> ();
    /// What a request would come to; nothing is sent.
    estimate(EstimateInput) -> EstimateDto;
    /// Goes on with a take that was cut off.
    resume_take(ResumeTake) -> TakeDto;
    /// Loads a model ahead of its first use.
    load_model(Id) -> ();
    /// Asks a server which models it offers.
    list_server_models(ListServerModels) -> Vec<String>;
    /// Asks for takes; they arrive as events.
    generate(Generate) -> Batch;
    /// The prompt that would be sent, word for word; nothing is sent.
    preview_prompt(Generate) -> PromptDto;
    /// Counts messages and says what they are made of.
    read_prompt(ReadPrompt) -> PromptReading;
    /// Stops a batch or a single take (its id).
    stop(Id) -> ();
    /// Takes a suggestion into the text.
    accept_take(AcceptTake) -> DraftView;
    /// A suggestion as changes to what stands in the text.
    suggested_changes(SuggestedChanges) -> SuggestedChangesDto;
    /// Takes single changes of a suggestion into the text.
    accept_changes(AcceptChanges) -> DraftView;
    /// A few words that could come next at the caret, by a model on this machine; `null` where none come.
    look_ahead(LookAhead) -> Option<AheadDto>;
    /// Ends what is being guessed, and forgets it.
    drop_ahead(Nothing) -> ();
    /// Takes words that were guessed into the text.
    take_ahead(TakeAhead) -> DraftView;
    /// Formatted text of another program as Markdown.
    read_markup(ReadMarkup) -> MarkupDto;
    /// Markdown as formatted text for other programs.
    write_markup(WriteMarkup) -> MarkupDto;
    /// Two takes side by side, in passages.
    mix_sides(MixSides) -> MixView;
    /// Takes passages of several takes into the text, in one step of undo.
    accept_mix(AcceptMix) -> DraftView;
    /// Throws a suggestion away; it stays in the record.
    discard_take(Id) -> TakeDto;
    /// The whole record of a take.
    generation_record(Id) -> GenerationRecordDto;
    /// Compares two states of a document, with what stands elsewhere, title and fields.
    compare_states(CompareStates) -> ComparisonDto;
    /// Compares two states of a screenplay by scene and element.
    compare_scripts(CompareStates) -> ScriptComparisonDto;
    /// Takes passages and fields of another state into a draft, in one step of undo.
    take_passages(TakePassages) -> DraftView;
    /// What merging one draft into another would do, and what is to be decided.
    plan_merge(DraftPair) -> MergePlan;
    /// Merges one draft into another, in one step of undo.
    merge_drafts(MergeDrafts) -> DraftView;
    /// Where the words of a draft came from (id of the draft).
    provenance(Id) -> ProvenanceDto;
    /// Writes a report of where a draft's words came from.
    export_provenance(ExportProvenance) -> ();
    /// Writes a draft's text with labels.
    export_labelled(ExportLabelled) -> ();
    /// What has changed since a local model's generation was recorded (id of the take).
    replay_changes(Id) -> Vec<ReplayChange>;
    /// Runs a recorded generation of a local model again and compares it byte for byte (id of the take).
    replay(Id) -> ReplayDto;
    /// Stops a replay (id of the take).
    stop_replay(Id) -> ();
    /// The words of a take that its local model was not sure of, which writes it once more to say so;
    /// `stop_replay` stops that (id of the take).
    doubts(Id) -> DoubtsDto;
    /// Checks a draft against its brief and the house rules (id of the draft).
    check(Id) -> Vec<FindingDto>;
    /// The ads of a draft as a grid (id of the draft).
    ad_grid(Id) -> AdGrid;
    /// Makes a document of a file.
    import_file(ImportFile) -> ImportedDto;
    /// What of files and folders can be imported; nothing is yet.
    list_import(ListImport) -> ImportList;
    /// What a file would become; nothing is imported yet.
    look_at_file(ImportFile) -> LookedAt;
    /// How far a screenplay is locked and revised (id of the draft).
    production(Id) -> ProductionDto;
    /// Numbers a screenplay's scenes, keeps a version, and locks scenes and pages (id of the draft).
    lock_script(Id) -> DraftView;
    /// Unlocks a screenplay; its revisions stay (id of the draft).
    unlock_script(Id) -> ProductionDto;
    /// Begins a set of revisions.
    start_revision(StartRevision) -> ProductionDto;
    /// Numbers new scenes, and says which are gone (id of the draft).
    number_scenes(Id) -> DraftView;
    /// Writes a draft to a file.
    export(Export) -> ExportDone;
    /// How the pages of a document are set (id of a draft).
    page_setup(Id) -> PageSetup;
    /// Keeps how the pages of a document are set.
    set_page_setup(SetPageSetup) -> ();
    /// Where the pages of a draft end, and how long it is (id of the draft).
    page_breaks(Id) -> PageBreaks;
    /// Shows pages of a draft as they would be printed.
    preview_pages(PreviewPages) -> PagePreview;
    /// What the fonts that ship lack for a draft's pages, and what has it.
    page_fonts(PreviewPages) -> PageFonts;
    /// Writes a draft as PDF.
    export_pdf(ExportPdf) -> PdfDone;
    /// A script in numbers: scenes, characters, places and shares (id of the draft).
    script_tally(Id) -> TallyDto;
    /// Writes a report over a script as a table.
    export_tally(ExportTally) -> PdfDone;
    /// Writes everything as plain files, to a folder or a zip file.
    export_everything(ExportEverything) -> ExportedDto;
    /// Brings plain files back, beside what is there.
    bring_back(PathInput) -> BroughtBack;
    /// Stops an export of everything, or its return.
    stop_archive(Nothing) -> ();
    /// Searches titles, texts, fields, notes and the history.
    search(Search) -> SearchPageDto;
    /// The texts of a project that can be looked in (its id).
    texts_in_project(Id) -> Vec<TextInProject>;
    /// The text of a draft (its id), without opening it.
    draft_text(Id) -> DraftText;
    /// The takes of a draft (its id).
    draft_takes(Id) -> Vec<TakeDto>;
    /// Replaces in several drafts, in one step of undo each.
    replace_across(ReplaceAcross) -> Vec<ReplacedIn>;
    /// Searches present texts by what they mean.
    search_meaning(SearchMeaning) -> MeaningPage;
    /// What is masked in a project before it reaches a server, and what of the open draft would be.
    masking(MaskingOf) -> MaskingDto;
    /// Says what is masked in a project.
    set_masking(SetMasking) -> MaskingDto;
    /// What left the machine and is asked for, a page.
    ledger_page(LedgerAsk) -> LedgerPageDto;
    /// What was sent, word for word (id of an entry of the ledger).
    sent_text(Id) -> SentDto;
    /// Writes entries of the ledger to a file.
    export_ledger(ExportLedger) -> ();
    /// Writes what was sent to a file, byte for byte.
    export_sent(ExportSent) -> ();
    /// Clears texts that were sent; the entries stay. Says how many went.
    clear_sent(ClearSent) -> u32;
    /// The stages of a script's story and what is stale (id of the draft).
    story(Id) -> StoryDto;
    /// Says that a part of a story is right as it is.
    keep_part(KeepPart) -> StoryDto;
    /// Takes a premise or pages of people into the brief.
    accept_part(AcceptPart) -> DraftView;
    /// The pages of people and places that a task would bring along.
    prompt_pages(PromptPages) -> Vec<PromptPageDto>;
    /// A reader's reports on a draft, newest first (id of the draft).
    reports(Id) -> Vec<ReportDto>;
    /// Puts a report away.
    delete_report(Id) -> ();
    /// Brings a report back.
    restore_report(Id) -> ();
    /// Writes a report to a file.
    export_report(ExportReport) -> ();
    /// A screenplay as cards in columns (id of the draft).
    board(Id) -> BoardDto;
    /// Changes the board, and so the text, in one step of undo.
    change_board(ChangeBoard) -> BoardChanged;
    /// Where a scene can be cut in two.
    scene_cuts(CardOf) -> Vec<CutDto>;
    /// The beat sheets to choose from.
    beat_sheets(BeatSheetsOf) -> BeatSheetsDto;
    /// Puts a beat sheet into a screenplay, around what stands there, in one step of undo.
    apply_beat_sheet(ApplyBeatSheet) -> BoardChanged;
    /// The interviews of a draft, the one asked last first (id of the draft).
    interviews(Id) -> Vec<InterviewDto>;
    /// Begins an interview.
    start_interview(StartInterview) -> InterviewDto;
    /// Asks someone something; the answer arrives as a take.
    ask_character(AskCharacter) -> InterviewDto;
    /// Says whether an answer was kept as a note.
    keep_answer(KeepAnswer) -> InterviewDto;
    /// Puts an interview away.
    delete_interview(Id) -> ();
    /// Brings an interview back.
    restore_interview(Id) -> ();
    /// The conversations with the assistant beside a document, the one asked last first (id of a draft).
    conversations(Id) -> Vec<ConversationDto>;
    /// Begins a conversation (id of the draft).
    start_conversation(Id) -> ConversationDto;
    /// What a question would be sent with, by size and word for word; nothing is sent.
    plan_question(AskAssistant) -> PlannedDto;
    /// Asks the assistant; the answer arrives as a take. Where earlier turns have no room, a summary of
    /// them is written first.
    ask_assistant(AskAssistant) -> ConversationDto;
    /// Shows a branch of a conversation.
    show_turn(ShowTurn) -> ConversationDto;
    /// Gives a conversation a name.
    rename_conversation(IdName) -> ConversationDto;
    /// Says what goes along with a conversation's questions.
    rule_conversation(RuleConversation) -> ConversationDto;
    /// Changes a summary, or puts it away.
    edit_summary(EditSummary) -> ConversationDto;
    /// Puts a conversation away.
    delete_conversation(Id) -> ();
    /// Brings a conversation back.
    restore_conversation(Id) -> ();
    /// Makes a suggestion of an answer, or of a part of it.
    hand_over(HandOver) -> TakeDto;
    /// Asks for takes, and has them judged when they are written.
    generate_best(GenerateBest) -> Batch;
    /// Has the takes of a batch judged.
    judge_takes(JudgeTakes) -> ();
    /// How the takes of a draft were judged (id of the draft).
    evaluations(Id) -> Vec<EvaluationDto>;
}
