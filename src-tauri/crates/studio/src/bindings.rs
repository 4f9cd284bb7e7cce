//! `ui/src/wire/bindings.ts` is made from the types here; a test fails when it is stale.

use std::path::Path;

use inkstone_desks as desks;
use ts_rs::{Config, TS};

use crate::{
    archive, board, commands, compare, depot, doorway, doubts, dto, history, inputs, keys, ledger,
    markup, masking, meaning, merging, mixing, page_fonts, pages, pictures, provenance, replay,
    script_compare, searching, story, switch, tally, waiting,
};

const HEAD: &str =
    "// Made from the Rust sources by the test `bindings` of the studio. Not edited by hand.\n";

/// Types of rooms that know nothing of TypeScript.
const PLAIN: &str = "
/** A language that Inkstone writes and speaks. */
export type Language = \"en\" | \"zh-CN\";

/** The kind of a document. */
export type DocumentKind = \"news\" | \"ads\" | \"screenplay\";

/** The colour of a set of revisions. */
export type RevisionColor =
\t| \"white\"
\t| \"blue\"
\t| \"pink\"
\t| \"yellow\"
\t| \"green\"
\t| \"goldenrod\"
\t| \"buff\"
\t| \"salmon\"
\t| \"cherry\";

/** What an element of a script is. */
export type ScriptElement =
\t| \"title_page\"
\t| \"scene_heading\"
\t| \"action\"
\t| \"character\"
\t| \"parenthetical\"
\t| \"dialogue\"
\t| \"transition\"
\t| \"centered\"
\t| \"lyric\"
\t| \"section\"
\t| \"synopsis\"
\t| \"note\"
\t| \"boneyard\"
\t| \"page_break\"
\t| \"blank\";

/** A report over a script. */
export type ReportKind =
\t| \"scenes\"
\t| \"characters\"
\t| \"locations\"
\t| \"dialogue\"
\t| \"day-night\"
\t| \"int-ext\";

/** Where a scene plays. */
export type SceneSetting = \"interior\" | \"exterior\" | \"both\" | \"establishing\";

/** The light of a time of day. */
export type SceneLight = \"day\" | \"night\" | \"dawn\" | \"dusk\";

/** What a script is made of. */
export type ScriptMatter = \"dialogue\" | \"action\" | \"parenthetical\" | \"heading\" | \"transition\";

/** The colour of a card. */
export type CardColor =
\t| \"red\"
\t| \"orange\"
\t| \"yellow\"
\t| \"green\"
\t| \"teal\"
\t| \"blue\"
\t| \"purple\"
\t| \"pink\"
\t| \"brown\"
\t| \"gray\";
";

macro_rules! declare {
    ($config:expr, $($ty:ty),* $(,)?) => {
        [$(declaration::<$ty>($config)),*].concat()
    };
}

fn typescript() -> String {
    use crate::assistant::dto::*;
    use crate::judging::*;
    use crate::machine::{Fit, OtherProgram};
    use crate::{KeyFileState, KeyPlace, KeychainState, import_list::*, imports::*, production::*};
    use crate::{
        across::*, actions::*, ahead::*, changes::*, comments::*, preferences::*, prompting::*,
        sample::*, spelling::*, voice::*,
    };
    use archive::*;
    use board::dto::*;
    use compare::*;
    use depot::*;
    use desks::{
        AdsBrief, Brief, Channel, CharacterBrief, Coverage, Criterion, DialoguePart, DialogueRules,
        DocumentShown, Grade, Graded, InPrompt, Judged, NewsBrief, PageOf, PartKind, PartState,
        PlaceBrief, Point, Quote, Rating, ScreenplayBrief, Stage, Task, Verdict,
    };
    use doorway::dto::*;
    use doubts::*;
    use dto::*;
    use history::*;
    use inputs::*;
    use keys::*;
    use ledger::*;
    use markup::*;
    use masking::*;
    use meaning::*;
    use merging::*;
    use mixing::*;
    use page_fonts::*;
    use pages::*;
    use provenance::labels::Label;
    use provenance::*;
    use replay::*;
    use script_compare::*;
    use searching::*;
    use story::dto::*;
    use switch::dto::*;
    use tally::*;
    use waiting::*;
    let config = &Config::new();
    let types = declare!(
        config,
        Channel,
        NewsBrief,
        AdsBrief,
        InPrompt,
        CharacterBrief,
        PlaceBrief,
        ScreenplayBrief,
        Brief,
        Task,
        Theme,
        Privacy,
        AppState,
        LastOpen,
        ProjectDto,
        SampleDto,
        DocumentDto,
        DraftSummaryDto,
        DraftView,
        CountsDto,
        WaitDto,
        WaitingDto,
        EditDto,
        EditCause,
        Saved,
        HistoryNodeDto,
        Undone,
        ModelShare,
        WrittenDto,
        TreeNode,
        HistoryPage,
        NodeView,
        BinItemDto,
        EmptiedDto,
        DiffPieceDto,
        ModelState,
        ModelDto,
        ModelSourceDto,
        ModelFileDto,
        Fit,
        OtherProgram,
        DiskDto,
        UnreadableDto,
        DoubleDto,
        ModelFolderDto,
        FoundModelDto,
        FoundProgramDto,
        AddFound,
        DownloadState,
        DownloadDto,
        PlanDownload,
        PlannedDownload,
        StartDownload,
        HubDto,
        MachineDto,
        SpeedBasisDto,
        GuideEntryDto,
        GuideDto,
        SetHub,
        TakeStatus,
        TakeDecision,
        TakeDto,
        Batch,
        FindingSeverity,
        FindingDto,
        AdGrid,
        AdDto,
        AdFieldDto,
        LedgerState,
        LedgerEntryDto,
        LedgerAsk,
        LedgerPageDto,
        SentMessage,
        SentDto,
        LedgerForm,
        ExportLedger,
        ExportSent,
        ClearSent,
        desks::masking::MaskKind,
        desks::masking::MaskRules,
        desks::masking::Masked,
        MaskingOf,
        SetMasking,
        MaskingDto,
        GenerationRecordDto,
        MixUnit,
        MixSides,
        MixView,
        MixPassage,
        MixWords,
        MixPiece,
        AcceptMix,
        StateRef,
        CompareStates,
        SideDto,
        ComparedPart,
        ComparedMove,
        FieldChange,
        ComparisonDto,
        ScriptComparisonDto,
        ScriptDifference,
        SceneComparisonDto,
        ElementComparisonDto,
        Passage,
        TakePassages,
        DraftPair,
        MergePart,
        ConflictDto,
        FieldMerge,
        MergePlan,
        ChoiceDto,
        FieldSide,
        MergeDrafts,
        SourceKind,
        ShareDto,
        SpanDto,
        SourceDto,
        ProvenanceDto,
        ReportForm,
        Label,
        ExportProvenance,
        ExportLabelled,
        ReplaySubject,
        ReplayChange,
        ReplayOutcome,
        ReplayDifference,
        OtherWord,
        Doubt,
        DoubtsDto,
        ReplayDto,
        PageSetup,
        PageBreaks,
        PageBreak,
        SceneLength,
        PagePreview,
        PreviewSheet,
        PreviewPiece,
        PageFonts,
        FontFallback,
        PdfDone,
        ExportTally,
        TallyFormat,
        TallyDto,
        SceneTallyDto,
        CharacterTallyDto,
        LocationTallyDto,
        SceneGroupDto,
        MatterShareDto,
        ErrorDto,
        StudioEvent,
        LibraryState,
        LibraryStatus,
        BackupReason,
        BackupDto,
        Standing,
        ProjectThereDto,
        DocumentThereDto,
        DraftThereDto,
        RestoredDto,
        CheckedDto,
        PathInput,
        BackupFolder,
        DraftThereInput,
        BringInput,
        Came,
        BroughtDto,
        ExportEverything,
        ExportedDto,
        CameBack,
        BroughtBack,
        RescuedDto,
        TextInProject,
        DraftText,
        DraftEdits,
        ReplaceAcross,
        LeftBecause,
        ReplacedIn,
        ChineseQuotes,
        SuggestedChanges,
        SuggestedPiece,
        SuggestedChangesDto,
        AcceptChanges,
        LookAhead,
        AheadDto,
        TakeAhead,
        pictures::AddPicture,
        pictures::PictureDto,
        pictures::PictureInput,
        pictures::PictureData,
        pictures::ExportDone,
        CommentDto,
        AddComment,
        EditComment,
        ResolveComment,
        English,
        CheckWords,
        CheckGrammar,
        GrammarSlip,
        SuggestWords,
        Preferences,
        ActionNameDto,
        ActionProblemDto,
        ActionDto,
        ActionsDto,
        ActionText,
        NewAction,
        VoiceSample,
        SetVoice,
        VoiceDto,
        PromptRole,
        PromptMessage,
        EditedPrompt,
        PromptPartDto,
        PromptReading,
        PromptDto,
        ReadPrompt,
        ReadMarkup,
        WriteMarkup,
        MarkupDto,
        Nothing,
        Id,
        IdName,
        SetLanguage,
        SetTheme,
        SetLastOpen,
        CreateProject,
        SetPrivacy,
        ChooseModel,
        SetHouseRules,
        CreateDocument,
        SetBrief,
        ApplyEdits,
        ReplaceText,
        DraftNode,
        DraftAt,
        HistoryOf,
        HideNode,
        AddFile,
        AddServer,
        KeyPlace,
        KeychainState,
        KeyFileState,
        KeyPlacesDto,
        SetKey,
        MoveKey,
        Passphrase,
        ListServerModels,
        Generate,
        AcceptTake,
        SearchMeaning,
        MeaningPage,
        MeaningHitDto,
        Search,
        SearchPlace,
        SearchOrigin,
        SearchPageDto,
        SearchGroupDto,
        MarkDto,
        SearchHitDto,
        FoundInDto,
        StillDto,
        ImportFile,
        ListImport,
        ImportList,
        ListedFile,
        SkippedFile,
        SkipReason,
        LookedAt,
        EncodingDto,
        ImportedDto,
        ImportReportDto,
        FoundDto,
        UnsureDto,
        StartRevision,
        ProductionDto,
        RevisionSetDto,
        RevisionMarkDto,
        Export,
        SetPageSetup,
        PreviewPages,
        ExportPdf,
        BoardDto,
        ColumnDto,
        CardDto,
        CardPlace,
        BoardChange,
        BoardChanged,
        CutDto,
        BeatSheetsDto,
        BeatSheetDto,
        SheetPartDto,
        SheetBeatDto,
        BadSheetDto,
        ChangeBoard,
        CardOf,
        BeatSheetsOf,
        ApplyBeatSheet,
        Stage,
        StoryDto,
        BeatDto,
        SceneDto,
        StaleDto,
        BecauseDto,
        PageOf,
        PromptPageDto,
        Grade,
        Verdict,
        Quote,
        Rating,
        Point,
        Coverage,
        ReportDto,
        InterviewDto,
        InterviewTurnDto,
        DocumentShown,
        DialogueRules,
        PartKind,
        PartState,
        DialoguePart,
        ConversationDto,
        AssistantTurnDto,
        Sent,
        SummaryDto,
        PlannedDto,
        SegmentDto,
        AskAssistant,
        ShowTurn,
        RuleConversation,
        EditSummary,
        HandOver,
        Criterion,
        Graded,
        Judged,
        JudgeDto,
        EvaluationDto,
        GenerateBest,
        JudgeTakes,
        KeepPart,
        AcceptPart,
        PromptPages,
        ExportReport,
        StartInterview,
        AskCharacter,
        KeepAnswer,
        SkippedDto,
        MadeUp,
        CostDto,
        TakeFacts,
        ChainsDto,
        TaskChainDto,
        PriceDto,
        BudgetDto,
        BudgetStateDto,
        UsedDto,
        UsageDto,
        EstimateDto,
        Quirk,
        ProviderDto,
        SetChain,
        SetPrice,
        SetBudget,
        UsageInput,
        ExportUsage,
        EstimateInput,
        OwnTakeDto,
        ResumeTake,
        ServerOutcome,
        ServerFindingDto,
        ServerTestDto,
        FoundServerDto,
        EditServer,
        TestServer,
    );
    let door = commands::door::typescript(config);
    let commands = commands::typescript(config);
    format!(
        "{HEAD}{PLAIN}{types}\n/** What is done about the library itself. */\n{door}
/** All commands: what goes in and what comes out. */\n{commands}"
    )
}

fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs().map(|d| comment(&d)).unwrap_or_default();
    let declared = T::decl(config);
    let (name, body) = declared
        .trim_end_matches(';')
        .split_once('=')
        .expect("a declaration has a body");
    let body = body_of(body.trim());
    let space = if body.starts_with('\n') { "" } else { " " };
    format!("\n{docs}export {} ={space}{body};\n", name.trim())
}

/// A comment of ts-rs or of rustdoc as one line.
fn comment(text: &str) -> String {
    let words: Vec<&str> = text
        .lines()
        .map(|l| {
            l.trim()
                .trim_start_matches("/**")
                .trim_end_matches("*/")
                .trim_start_matches('*')
        })
        .flat_map(str::split_whitespace)
        .collect();
    format!("/** {} */\n", words.join(" "))
}

/// A type as it is nice to read: each field of a record on its own line, each case of a union of
/// records too.
fn body_of(body: &str) -> String {
    let cases = split(body, '|');
    if cases.len() > 1 && cases.iter().any(|case| case.starts_with('{')) {
        let cases: Vec<String> = cases
            .iter()
            .map(|case| format!("\n\t| {}", flat(case)))
            .collect();
        return cases.concat();
    }
    match body.strip_prefix('{').and_then(|b| b.strip_suffix('}')) {
        Some(fields) if !body.starts_with("{ [") => {
            let fields: Vec<String> = split(fields, ',').iter().map(|f| field(f)).collect();
            format!("{{\n{}}}", fields.concat())
        }
        _ => flat(body),
    }
}

fn field(text: &str) -> String {
    match text.rsplit_once("*/") {
        Some((docs, field)) => format!("\t{}\t{};\n", comment(docs), flat(field)),
        None => format!("\t{};\n", flat(text)),
    }
}

/// On one line, without comments, with `;` between fields.
fn flat(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/**") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let line = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.strip_prefix("{ ").and_then(|l| l.strip_suffix(" }")) {
        Some(fields) if !fields.starts_with('[') => {
            let fields: Vec<String> = split(fields, ',').iter().map(|f| plain_key(f)).collect();
            format!("{{ {} }}", fields.join("; "))
        }
        _ => line,
    }
}

/// `"kind": …` as `kind: …`.
fn plain_key(field: &str) -> String {
    let quoted = field.strip_prefix('"').and_then(|f| f.split_once("\": "));
    quoted.map_or_else(|| field.to_owned(), |(key, rest)| format!("{key}: {rest}"))
}

/// The parts between a sign, where it stands outside of brackets, quotes and comments.
fn split(text: &str, sign: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quoted, mut remark) = (0, false, false);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '*' if before == '/' => remark = true,
            '/' if before == '*' => remark = false,
            _ if remark => {}
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '(' | '<' | '[' => depth += 1,
            '}' | ')' | '>' | ']' => depth -= 1,
            _ => {}
        }
        before = c;
        if c == sign && depth == 0 && !quoted && !remark {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(c);
        }
    }
    parts
        .into_iter()
        .map(|p| p.trim().to_owned())
        .filter(|p| !p.is_empty())
        .collect()
}

#[test]
fn bindings() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/wire/bindings.ts");
    let made = typescript();
    if std::env::var_os("INKSTONE_WRITE_BINDINGS").is_some() {
        std::fs::write(&path, &made).expect("bindings.ts can be written");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let stale = made.lines().zip(found.lines()).find(|(a, b)| a != b);
    assert!(
        made == found,
        "ui/src/wire/bindings.ts is stale, `cargo xtask codegen` writes it; first difference: {stale:?}"
    );
}

#[test]
fn parts_end_at_signs_outside_of_brackets() {
    assert_eq!(
        split("a, b<c, d>, \"e,\" /* f, */", ','),
        ["a", "b<c, d>", "\"e,\" /* f, */"]
    );
    assert_eq!(body_of("\"a\" | \"b\""), "\"a\" | \"b\"");
    assert_eq!(
        body_of("{ \"k\": \"a\" } | { \"k\": \"b\", /** x */ y: number, }"),
        "\n\t| { k: \"a\" }\n\t| { k: \"b\"; y: number }"
    );
    assert_eq!(
        body_of("{\n/**\n * Two\n * lines.\n */\na: Array<string>, b: string | null, }"),
        "{\n\t/** Two lines. */\n\ta: Array<string>;\n\tb: string | null;\n}"
    );
}
