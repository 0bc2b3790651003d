//! Bit packing of blocks of 1,024 values.
//!
//! Values stand side by side in 16 lanes: value `i` is in lane `i % 16`, and each lane is a stream of 64-bit words, the
//! words of all lanes interleaved. Unpacking shifts 16 neighbours by the same amount, which compilers turn into vector
//! instructions, once for each kind that this processor may have.

use fearless_simd::{Level, Simd, dispatch};

/// Values in a full block.
pub const BLOCK: usize = 1024;

const LANES: usize = 16;
const STRIDE: usize = LANES * 8;

/// Bytes that `count` values of `width` bits take.
pub fn packed_len(count: usize, width: u32) -> usize {
    (count.div_ceil(LANES) * width as usize).div_ceil(64) * STRIDE
}

/// Bits that the value needs.
pub fn width_of(value: u64) -> u32 {
    64 - value.leading_zeros()
}

/// Appends the packed values. None may need more than `width` bits.
pub fn pack(values: &[u64], width: u32, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let mut words = vec![0_u64; packed_len(values.len(), width) / 8];
    for (i, value) in values.iter().enumerate() {
        let bit = i / LANES * width as usize;
        let (word, shift) = (bit / 64 * LANES + i % LANES, bit as u32 % 64);
        words[word] |= value << shift;
        if shift + width > 64 {
            words[word + LANES] |= value >> (64 - shift);
        }
    }
    out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
}

fn mask_of(width: u32) -> u64 {
    if width == 64 { u64::MAX } else { (1 << width) - 1 }
}

/// Unpacks `count` values and adds `base` to each. Bytes that are missing leave values as they were.
pub fn unpack(bytes: &[u8], width: u32, base: i64, count: usize, out: &mut [i64; BLOCK]) {
    unpack_at(Level::new(), bytes, width, base, count, out);
}

fn unpack_at(level: Level, bytes: &[u8], width: u32, base: i64, count: usize, out: &mut [i64; BLOCK]) {
    dispatch!(level, simd => unpack_with(simd, bytes, width, base, count, out));
}

#[inline(always)]
fn unpack_with<S: Simd>(_: S, bytes: &[u8], width: u32, base: i64, count: usize, out: &mut [i64; BLOCK]) {
    if width == 0 {
        out[..count].fill(base);
        return;
    }
    let mask = mask_of(width);
    let words = bytes.as_chunks::<STRIDE>().0;
    for (row, out) in out.as_chunks_mut::<LANES>().0.iter_mut().take(count.div_ceil(LANES)).enumerate() {
        let bit = row * width as usize;
        let (word, shift) = (bit / 64, bit as u32 % 64);
        let Some(low) = words.get(word) else { return };
        // Values of its own until they are written: nothing can lie in the way of whole vectors then.
        let mut values = row_of(low).map(|word| word >> shift);
        if shift + width > 64 {
            let Some(high) = words.get(word + 1) else { return };
            values.iter_mut().zip(row_of(high)).for_each(|(value, high)| *value |= high << (64 - shift));
        }
        *out = values.map(|value| ((value & mask) as i64).wrapping_add(base));
    }
}

#[inline(always)]
fn row_of(bytes: &[u8; STRIDE]) -> [u64; LANES] {
    let words = bytes.as_chunks::<8>().0;
    std::array::from_fn(|lane| u64::from_le_bytes(words[lane]))
}

/// One of the packed values; 0 where bytes are missing.
pub fn get(bytes: &[u8], width: u32, index: usize) -> u64 {
    if width == 0 {
        return 0;
    }
    let words = bytes.as_chunks::<8>().0;
    let read = |at: usize| words.get(at).map_or(0, |word| u64::from_le_bytes(*word));
    let bit = index / LANES * width as usize;
    let (word, shift) = (bit / 64 * LANES + index % LANES, bit as u32 % 64);
    let mut value = read(word) >> shift;
    if shift + width > 64 {
        value |= read(word + LANES) << (64 - shift);
    }
    value & mask_of(width)
}

/// All kinds of vector instructions that this processor has, the best one first.
#[cfg(test)]
pub(crate) fn levels() -> Vec<Level> {
    let best = Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    let others =
        [best.as_avx2().map(Simd::level), best.as_sse4_2().map(Simd::level), best.as_sse2().map(Simd::level)];
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let others: [Option<Level>; 0] = [];
    std::iter::once(best).chain(others.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn packed_values_come_back(
            width in 0_u32..=64,
            values in proptest::collection::vec(any::<u64>(), 1..=BLOCK),
            base in any::<i64>(),
        ) {
            let values: Vec<u64> = values.iter().map(|v| v & mask_of(width)).collect();
            let mut bytes = Vec::new();
            pack(&values, width, &mut bytes);
            prop_assert_eq!(bytes.len(), packed_len(values.len(), width));
            for level in levels() {
                let mut out = [0; BLOCK];
                unpack_at(level, &bytes, width, base, values.len(), &mut out);
                for (i, value) in values.iter().enumerate() {
                    prop_assert_eq!(out[i], (*value as i64).wrapping_add(base));
                    prop_assert_eq!(get(&bytes, width, i), *value);
                }
            }
        }
    }
}
