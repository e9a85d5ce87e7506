//! What a program written for the one schema would do.

fn varint(rest: &mut &[u8]) -> Option<i64> {
    let mut value = 0u64;
    for position in 0..10 {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        if position == 9 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * position);
        if *byte < 0x80 {
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

fn take(rest: &mut &[u8], size: usize) -> Option<()> {
    *rest = rest.get(size..)?;
    Some(())
}

fn text(rest: &mut &[u8]) -> Option<()> {
    let size = usize::try_from(varint(rest)?).ok()?;
    let (text, tail) = rest.split_at_checked(size)?;
    *rest = tail;
    std::str::from_utf8(text).ok().map(drop)
}

fn below(rest: &mut &[u8], count: i64) -> Option<i64> {
    varint(rest).filter(|index| (0..count).contains(index))
}

fn int(rest: &mut &[u8]) -> Option<i32> {
    i32::try_from(varint(rest)?).ok()
}

fn optional_text(rest: &mut &[u8]) -> Option<()> {
    if below(rest, 2)? == 1 { text(rest) } else { Some(()) }
}

fn blocks(rest: &mut &[u8], item: fn(&mut &[u8]) -> Option<()>) -> Option<()> {
    loop {
        let count = varint(rest)?;
        if count == 0 {
            return Some(());
        }
        if count < 0 {
            varint(rest)?;
        }
        for _ in 0..count.unsigned_abs() {
            item(rest)?;
        }
    }
}

fn line(rest: &mut &[u8]) -> Option<()> {
    text(rest)?;
    int(rest)?;
    take(rest, 8)?;
    optional_text(rest)
}

fn tag(rest: &mut &[u8]) -> Option<()> {
    text(rest)?;
    text(rest)
}

pub fn is_order(payload: &[u8]) -> bool {
    let walk = |rest: &mut &[u8]| -> Option<()> {
        text(rest)?;
        text(rest)?;
        varint(rest)?;
        below(rest, 3)?;
        take(rest, 8)?;
        let (gift, tail) = rest.split_first()?;
        *rest = tail;
        if *gift > 1 {
            return None;
        }
        text(rest)?;
        text(rest)?;
        optional_text(rest)?;
        blocks(rest, line)?;
        blocks(rest, tag)?;
        int(rest).map(drop)
    };
    let mut rest = payload;
    walk(&mut rest).is_some() && rest.is_empty()
}
