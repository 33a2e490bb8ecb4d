"""What may be asked of a portfolio: by its owner, by the other party of an agreement, and by a process."""

from services.portfolio.commands.conversations import (
    ConfirmAgreement,
    ConversationCommand,
    PlanConversation,
    RecordConversation,
)
from services.portfolio.commands.energy import (
    EnergyCommand,
    LetGoOfPassion,
    NamePassion,
    NoteEnergySource,
    RemoveEnergySource,
)
from services.portfolio.commands.evidence import (
    AddEvidence,
    EvidenceCommand,
    EvidenceSource,
    WithdrawEvidence,
    WriteReflection,
)
from services.portfolio.commands.goals import (
    GoalCommand,
    LetGoOfGoal,
    NoteGoalProgress,
    OfferGoalToTeam,
    ReachGoal,
    SetGoal,
    SharpenGoal,
    TakeBackGoalOffer,
)
from services.portfolio.commands.life import (
    ClosePortfolio,
    LifeCommand,
    OpenPortfolio,
    PausePortfolio,
    RecordCorrection,
    ResumePortfolio,
    WriteProfileStatement,
)
from services.portfolio.commands.sharing import (
    NOTICE_VERSION,
    Audience,
    EndItemSharing,
    EndItemSharings,
    GiveInsightConsent,
    ShareItem,
    SharingCommand,
    WithdrawInsightConsent,
)
from services.portfolio.commands.talents import (
    ClaimTalent,
    ReviseTalent,
    SetTalentAside,
    TalentCommand,
    TalentName,
)

AnyPortfolioCommand = (
    LifeCommand
    | TalentCommand
    | EnergyCommand
    | EvidenceCommand
    | GoalCommand
    | ConversationCommand
    | SharingCommand
)

__all__ = [
    "NOTICE_VERSION",
    "AddEvidence",
    "AnyPortfolioCommand",
    "Audience",
    "ClaimTalent",
    "ClosePortfolio",
    "ConfirmAgreement",
    "ConversationCommand",
    "EndItemSharing",
    "EndItemSharings",
    "EnergyCommand",
    "EvidenceCommand",
    "EvidenceSource",
    "GiveInsightConsent",
    "GoalCommand",
    "LetGoOfGoal",
    "LetGoOfPassion",
    "LifeCommand",
    "NamePassion",
    "NoteEnergySource",
    "NoteGoalProgress",
    "OfferGoalToTeam",
    "OpenPortfolio",
    "PausePortfolio",
    "PlanConversation",
    "ReachGoal",
    "RecordConversation",
    "RecordCorrection",
    "RemoveEnergySource",
    "ResumePortfolio",
    "ReviseTalent",
    "SetGoal",
    "SetTalentAside",
    "ShareItem",
    "SharingCommand",
    "SharpenGoal",
    "TakeBackGoalOffer",
    "TalentCommand",
    "TalentName",
    "WithdrawEvidence",
    "WithdrawInsightConsent",
    "WriteProfileStatement",
    "WriteReflection",
]
