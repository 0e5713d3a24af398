//! Français.

use yew::AttrValue;

use super::{Message, counted, money, sentence, tenths};
use crate::trouble::Trouble;

pub(super) fn say(message: &Message<'_>) -> AttrValue {
    let text = match message {
        Message::Label => "Je ne suis pas un robot",
        Message::TickAgain => "Veuillez cocher à nouveau",
        Message::TickExpired => "Une coche ne vaut qu’un court moment, et la vôtre a expiré.",
        Message::Purpose { requester, data_set, seconds } => {
            return sentence(&[
                "Pour ",
                requester,
                "\u{a0}: ",
                data_set,
                ". Environ ",
                &seconds.to_string(),
                "\u{a0}s.",
            ]);
        }
        Message::For { requester, data_set } => return sentence(&["Pour ", requester, "\u{a0}: ", data_set, "."]),
        Message::TermsMeasured { licence, seconds } => {
            return sentence(&["Licence\u{a0}: ", licence, ". Environ ", &seconds.to_string(), "\u{a0}s, non payées."]);
        }
        Message::TermsOfStudy { licence, seconds } => {
            return sentence(&[
                "Licence\u{a0}: ",
                licence,
                ". Environ ",
                &seconds.to_string(),
                "\u{a0}s selon une étude, non payées.",
            ]);
        }
        Message::Rule => {
            "Choisissez chaque case où l’on en voit au moins une partie. S’il n’y en a pas, validez sans choisir."
        }
        Message::TileName { number, of } => {
            return sentence(&["Image ", &number.to_string(), " sur ", &of.to_string()]);
        }
        Message::Picked(count) => {
            return sentence(&[&count.to_string(), counted("fr", *count, " choisie", " choisies")]);
        }
        Message::Submit => "Valider",
        Message::NoneOfThese => "Aucune",
        Message::OtherPictures => "D’autres images",
        Message::Close => "Fermer",
        Message::OneMore => "Encore un écran, s’il vous plaît.",
        Message::HereAreOthers => "Voici d’autres images.",
        Message::Done => "C’est fait.",
        Message::DoneIn { seconds, labels } => {
            let given = counted(
                "fr",
                *labels,
                " étiquette donnée · payé\u{a0}0\u{a0}$",
                " étiquettes données · payé\u{a0}0\u{a0}$",
            );
            return sentence(&["Fait en ", &seconds.to_string(), "\u{a0}s · ", &labels.to_string(), given]);
        }
        Message::ToReceipt => "reçu",
        Message::ShowReceipt => "Voir le reçu",
        Message::Receipt => "Reçu",
        Message::RowTime => "Votre temps",
        Message::RowChecks => "Cases qui vous ont vérifié",
        Message::RowVotes => "Votes donnés",
        Message::RowFinal => "Étiquettes devenues définitives",
        Message::RowFor => "Pour",
        Message::RowDataSet => "Jeu de données",
        Message::RowLicence => "Licence",
        Message::RowElsewhere => "Prix d’un tel travail ailleurs",
        Message::RowPaid => "Vous avez été payé",
        Message::RowCode => "Code",
        Message::Seconds { ms } => return sentence(&[&tenths(*ms, ","), "\u{a0}s"]),
        Message::Dollars(micros) => return sentence(&[&money(*micros, ","), "\u{a0}$"]),
        Message::Between(low, high) => {
            return sentence(&[&money(*low, ","), "\u{a0}–\u{a0}", &money(*high, ","), "\u{a0}$"]);
        }
        Message::Source { source, as_of } => return sentence(&[source, ", ", as_of]),
        Message::FullReceipt => "Reçu complet (nouvel onglet)",
        Message::Remove => "Retirer mes réponses",
        Message::RemoveAsk(votes) => {
            return match votes {
                0 | 1 => AttrValue::Static(
                    "Retirer votre vote de chaque étiquette et du prochain export\u{a0}? Votre coche reste valable.",
                ),
                votes => sentence(&[
                    "Retirer vos ",
                    &votes.to_string(),
                    " votes de chaque étiquette et du prochain export\u{a0}? Votre coche reste valable.",
                ]),
            };
        }
        Message::RemoveYes => "Retirer",
        Message::RemoveNo => "Garder",
        Message::Removed => "Vos réponses sont retirées.",
        Message::RemoveFailed => "Le retrait n’a pas abouti. Réessayez, ou plus tard sur la page du reçu.",
        Message::Trouble(trouble) => match trouble {
            Trouble::Offline => "Pas de connexion pour l’instant. Rien n’est perdu.",
            Trouble::TooMany => "Trop de demandes depuis votre réseau. Patientez une minute.",
            Trouble::NothingToAsk => "Rien à demander pour l’instant. Revenez dans un moment.",
            Trouble::Unavailable => "Le service est indisponible. Rien n’est perdu.",
            Trouble::HostnameRefused => {
                "Cette page n’est pas déclarée pour sa clé de site. À corriger par son propriétaire."
            }
            Trouble::UnknownSitekey => "La clé de site de cette page est inconnue. À corriger par son propriétaire.",
            Trouble::Outdated => "Ces images ne sont plus à jour\u{a0}; il y en a d’autres.",
            Trouble::BrokenImage => "Les images n’ont pas pu être chargées.",
            Trouble::Unexpected => "Le service a donné une réponse inattendue.",
        },
        Message::TryAgain => "Réessayer",
    };
    AttrValue::Static(text)
}
