//! The profiles of a segment, packed as in its file.

use crate::bits::BLOCK;
use crate::column::ColumnError;
use crate::dictionary::Profile;
use crate::numbers::{Numbers, NumbersWriter};

/// Ids of a profile in the order of the file: gateway, credential, model, API key, tier.
const IDS: usize = 5;

/// Profiles by local code, three bytes each instead of twenty: a year holds dozens of segments with tens of thousands each.
#[derive(Debug, Clone)]
pub struct PackedProfiles {
    len: usize,
    ids: Box<[Numbers; IDS]>,
}

impl PackedProfiles {
    /// Packs a list.
    ///
    /// # Errors
    ///
    /// None is known.
    pub fn new(profiles: &[Profile]) -> Result<Self, ColumnError> {
        let parts: [fn(&Profile) -> u32; IDS] =
            [|p| p.gateway, |p| p.credential, |p| p.model, |p| p.api_key, |p| p.tier];
        Self::open(
            profiles.len(),
            parts
                .map(|part| {
                    let mut writer = NumbersWriter::default();
                    for block in profiles.chunks(BLOCK) {
                        writer.block(block.iter().map(|profile| i64::from(part(profile))), false);
                    }
                    writer.finish()
                })
                .each_ref()
                .map(Vec::as_slice),
        )
    }

    /// From the bytes of a file.
    ///
    /// # Errors
    ///
    /// [`ColumnError::Damaged`] if they do not hold as many.
    pub(crate) fn open(len: usize, lists: [&[u8]; IDS]) -> Result<Self, ColumnError> {
        let open = |bytes: &[u8]| Numbers::open(bytes.into(), len);
        let [a, b, c, d, e] = lists;
        Ok(Self { len, ids: Box::new([open(a)?, open(b)?, open(c)?, open(d)?, open(e)?]) })
    }

    /// The bytes of each list.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &[u8]> {
        self.ids.iter().map(Numbers::bytes)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of them, by local code.
    pub fn unpacked(&self) -> Vec<Profile> {
        let mut profiles = Vec::with_capacity(self.len);
        let mut ids = [[0; BLOCK]; IDS];
        for block in 0..self.len.div_ceil(BLOCK) {
            for (list, ids) in self.ids.iter().zip(&mut ids) {
                list.decode(block, ids);
            }
            let count = (self.len - block * BLOCK).min(BLOCK);
            profiles.extend((0..count).map(|at| {
                let [gateway, credential, model, api_key, tier] = ids.each_ref().map(|ids| ids[at] as u32);
                Profile { gateway, credential, model, api_key, tier }
            }));
        }
        profiles
    }
}

impl PartialEq for PackedProfiles {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.lists().eq(other.lists())
    }
}
