//! What Java accepts, refuses and finds.

use super::*;

#[test]
fn what_java_refuses_is_refused() {
    for text in [
        "(",
        ")",
        "a)",
        "[",
        "[]",
        "[[]",
        "[^]",
        "*a",
        "a**",
        "a|*",
        "{1}",
        "a{",
        "a{x}",
        "a{2,1}",
        "a{1",
        "\\u{1F600}",
        "\\u12",
        "\\y",
        "\\",
        "(?<1a>x)",
        "(?<a>x)(?<a>y)",
        "\\k<b>",
        "(?q)",
        "[z-a]",
        "\\p{Nonsense}",
        "\\x{",
        "\\0",
        "(?<name",
        "[a-\\w]",
        "x{99999999999}",
        "(?<=a*)b",
        "(?<!a+?)b",
        "(?<=(a{2,}))b",
        "(a)(?<=\\1)b",
        "\\N",
        "\\N{}",
    ] {
        assert!(check(text).is_err(), "{text}");
    }
}

#[test]
fn what_java_accepts_finds_what_java_finds() {
    for (pattern, found, missed) in [
        ("(?<=a{1,3}(?=b*))b", "ab", "b"),
        ("(?<=x?y)a*", "ya", "xa"),
        ("^\\p{blk=Mongolian}\\p{L1}\\p{all}$", "abc", "ab"),
        ("a|\\N{WHITE SMILING FACE}", "a", "b"),
        ("a++b", "xaab", "ac"),
        ("(?i)abc", "xABC", "ab"),
        ("end\\Z", "the end\n", "end of"),
        ("\\Qa.b\\E", "a.b", "axb"),
        ("^[\\w-.]+$", "a-b.c", "a b"),
        ("^x-", "x-a", "ax-"),
        ("^[^]a]$", "b", "]"),
        ("^\\p{Lu}\\p{Alpha}$", "Ab", "ab"),
        ("^(?<n>a)\\k<n>$", "aa", "ab"),
        ("(?=b)b", "b", "a"),
        ("^\\u0041\\x42\\x{43}$", "ABC", "abc"),
        ("^[a-z&&[^b]]$", "a", "b"),
        ("^a{2,3}$", "aaa", "a"),
        ("\\d", "a1", "ab"),
        ("", "anything", "\u{0}impossible"),
        ("^}]$", "}]", "}"),
        ("^[a-]$", "-", "b"),
        ("^[+--]$", ",", "a"),
        ("(?-i:a)|b", "b", "A"),
        ("^\\h\\v$", "\t\n", "ab"),
    ] {
        let regex = Pattern::compile(pattern);
        assert!(regex.is_found(found), "{pattern} in {found}");
        if !pattern.is_empty() {
            assert!(!regex.is_found(missed), "{pattern} in {missed}");
        }
    }
}

#[test]
fn deep_nesting_is_refused_and_catastrophes_end() {
    assert!(check(&"(".repeat(100_000)).is_err());
    assert!(check(&"[".repeat(100_000)).is_err());
    let regex = Pattern::compile("^(?=(a+)+$)b");
    assert!(!regex.is_found(&"a".repeat(2_000)));
}
