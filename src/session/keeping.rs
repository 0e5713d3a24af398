//! After the pass: the token's life and renewal, the receipt, the removal of answers. Knows no challenge.

use corvee_protocol::{Granted, Renewal};

use super::done::{Removal, Validity};
use super::{Done, Earned, Effect, Phase, Place, Session};
use crate::message::Message;
use crate::trouble::Trouble;

/// Milliseconds before its end at which a token is exchanged, so that the page always holds one that lives.
const AHEAD_MS: u32 = 10_000;

impl Session {
    /// The visitor is through.
    pub(super) fn pass(&mut self, earned: Earned, granted: Granted, turn: u32, said: Message<'static>) -> Vec<Effect> {
        let was_seen = !matches!(earned, Earned::Labels(_)) || self.is_open();
        self.begun_by_page = false;
        let Granted { token, token_lives_ms: lives_ms } = granted;
        self.phase = Phase::Done(Done::new(earned, token.clone(), turn, self.until_deadline(lives_ms)));
        self.say(said);
        let mut effects = vec![Effect::GrantToken { token, lives_ms, renewed: false }];
        if was_seen {
            effects.push(Effect::Focus(Place::Card));
        }
        effects
    }

    fn until_deadline(&self, lives_ms: u32) -> u32 {
        match self.manner.renewal {
            Renewal::Auto => lives_ms.saturating_sub(AHEAD_MS).max(lives_ms / 2),
            Renewal::Manual | Renewal::Never => lives_ms,
        }
    }

    /// The token is about to die, or has.
    pub(super) fn token_ends(&mut self) -> Vec<Effect> {
        let renewal = self.manner.renewal;
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        // A vendor's test key has no token that could be exchanged.
        if renewal == Renewal::Auto && done.earned != Earned::Nothing {
            return self.renew_token();
        }
        self.token_died(Validity::Expired)
    }

    fn token_died(&mut self, validity: Validity) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        let was_alive = done.validity == Validity::Alive;
        done.validity = validity;
        done.renewing = None;
        if !was_alive {
            return vec![];
        }
        self.say(Message::PassRunOut);
        vec![Effect::TellExpired]
    }

    fn renew_token(&mut self) -> Vec<Effect> {
        self.turn += 1;
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        done.renewing = Some(self.turn);
        vec![Effect::RenewToken { turn: self.turn, token: done.token.clone() }]
    }

    /// The visitor wants a fresh token.
    pub(super) fn renewal_wanted(&mut self) -> Vec<Effect> {
        let may_renew = self.manner.renewal != Renewal::Never;
        match &mut self.phase {
            Phase::Done(done) if matches!(done.validity, Validity::Expired | Validity::Troubled(_)) => {
                if !may_renew || done.earned == Earned::Nothing {
                    return self.begin_anew();
                }
                done.validity = Validity::Renewing;
                self.renew_token()
            }
            _ => vec![],
        }
    }

    fn begin_anew(&mut self) -> Vec<Effect> {
        self.turn += 1;
        self.phase = Phase::Resting;
        vec![Effect::Focus(Place::Card)]
    }

    /// The collector gave a fresh token.
    pub(super) fn renewed(&mut self, turn: u32, granted: Granted) -> Vec<Effect> {
        let deadline_ms = self.until_deadline(granted.token_lives_ms);
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        if done.renewing != Some(turn) {
            return vec![];
        }
        let Granted { token, token_lives_ms: lives_ms } = granted;
        done.renewing = None;
        let was_alive = done.validity == Validity::Alive;
        done.validity = Validity::Alive;
        (done.token, done.turn, done.deadline_ms) = (token.clone(), turn, deadline_ms);
        let mut effects = vec![Effect::GrantToken { token, lives_ms, renewed: true }];
        if !was_alive {
            self.say(Message::Done);
            effects.push(Effect::Focus(Place::Card));
        }
        effects
    }

    /// A renewal or a removal did not succeed.
    pub(super) fn keeping_failed(&mut self, turn: u32, trouble: Trouble) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        if done.renewing == Some(turn) {
            // Redeemed, or passed too long ago: there is nothing to exchange any more.
            return match (trouble, done.validity) {
                (Trouble::Outdated, Validity::Renewing) => self.begin_anew(),
                (Trouble::Outdated, _) => self.token_died(Validity::Expired),
                (_, Validity::Renewing) => {
                    done.validity = Validity::Troubled(trouble);
                    done.renewing = None;
                    self.say(Message::Trouble(trouble));
                    vec![Effect::TellTrouble(trouble), Effect::Focus(Place::Card)]
                }
                _ => self.token_died(Validity::Troubled(trouble)),
            };
        }
        if done.removing == Some(turn) {
            done.removing = None;
            if done.removal.is_some() {
                done.removal = Some(Removal::Failed);
                self.say(Message::RemoveFailed);
            }
        }
        vec![]
    }

    pub(super) fn receipt_opened(&mut self) -> Vec<Effect> {
        match &mut self.phase {
            Phase::Done(done) if done.removal.is_none() && done.receipt().is_some() => {
                done.removal = Some(done.removal_so_far());
                vec![Effect::Focus(Place::Receipt)]
            }
            _ => vec![],
        }
    }

    pub(super) fn removal(&mut self, step: impl FnOnce(Removal) -> Option<(Removal, Place)>) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        let Some((removal, place)) = done.removal.and_then(step) else {
            return vec![];
        };
        done.removal = Some(removal);
        vec![Effect::Focus(place)]
    }

    pub(super) fn removal_confirmed(&mut self) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        let Earned::Labels(receipt) = &done.earned else {
            return vec![];
        };
        if !matches!(done.removal, Some(Removal::Asked | Removal::Failed)) {
            return vec![];
        }
        self.turn += 1;
        done.removal = Some(Removal::Sent);
        done.removing = Some(self.turn);
        vec![Effect::RemoveVotes { turn: self.turn, code: receipt.code.clone() }]
    }

    pub(super) fn votes_removed(&mut self, turn: u32) -> Vec<Effect> {
        let Phase::Done(done) = &mut self.phase else {
            return vec![];
        };
        if done.removing != Some(turn) {
            return vec![];
        }
        done.removing = None;
        done.removed = true;
        let shown = done.removal.is_some();
        if shown {
            done.removal = Some(Removal::Done);
        }
        self.say(Message::Removed);
        if shown { vec![Effect::Focus(Place::Receipt)] } else { vec![] }
    }
}
