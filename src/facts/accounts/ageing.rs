//! How long an account and its password hold: the last fields of shadow(5), in days since 1970.

use serde::{Deserialize, Serialize};

/// The days that shadow(5) tells of an account; what it leaves empty is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ageing {
    /// When the password was last changed; 0 asks for a new one at the next login, which lets in all the same.
    pub changed: Option<u32>,
    /// How long a password holds.
    pub maximum: Option<u32>,
    /// How long after that it may still be changed.
    pub inactive: Option<u32>,
    /// When the account ends.
    pub expires: Option<u32>,
}

impl Ageing {
    /// The fields behind the password.
    pub(super) fn of(fields: &[&[u8]]) -> Self {
        let day = |at: usize| super::id(fields.get(at).copied());
        Self {
            changed: day(0),
            maximum: day(2),
            inactive: day(4),
            expires: day(5),
        }
    }

    /// Whether the account itself has ended, whatever its password.
    pub fn expired(&self, today: u32, by_pam: bool) -> bool {
        let over = |day: u32| if by_pam { today >= day } else { today > day };
        self.expires.is_some_and(over)
    }

    /// Why nobody gets in as it any more: as pam_unix(8) has it, or sshd without PAM, which lets an old password in.
    pub fn ended(&self, today: u32, by_pam: bool) -> Option<&'static str> {
        if self.expired(today, by_pam) {
            return Some("the account has expired");
        }
        let (changed, maximum, inactive) = (self.changed?, self.maximum?, self.inactive?);
        let age = today.checked_sub(changed).filter(|_| changed != 0)?;
        (by_pam && age > maximum.saturating_add(inactive))
            .then_some("its password has expired, and may be changed no more")
    }
}

#[cfg(test)]
mod tests {
    use super::Ageing;

    fn ended(fields: &str, by_pam: bool) -> bool {
        let fields: Vec<&[u8]> = fields.split(':').map(str::as_bytes).collect();
        Ageing::of(&fields).ended(20_000, by_pam).is_some()
    }

    #[test]
    fn accounts_end_and_passwords_grow_old() {
        assert!(ended("19000:0:99999:7::19999:", true) && ended("19000:0:99999:7::19999:", false));
        assert!(ended("19000:0:99999:7::20000:", true) && !ended("19000:0:99999:7::20000:", false));
        assert!(ended("19000:0:90:7:30::", true) && !ended("19000:0:90:7:30::", false));
        assert!(!ended("19000:0:90:7:::", true), "it may still be changed");
        assert!(
            !ended("0:0:90:7:30::", true),
            "it must be changed at the login"
        );
        assert!(
            !ended("20001:0:90:7:30::", true),
            "a change in the future ages nothing"
        );
        assert!(!ended("19990:0:99999:7:::", true) && !ended("", true));
    }
}
