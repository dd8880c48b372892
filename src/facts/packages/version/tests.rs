use super::DebVersion;
use proptest::prelude::*;
use std::cmp::Ordering;

fn order(a: &str, b: &str) -> Ordering {
    let (a, b) = (DebVersion::new(a), DebVersion::new(b));
    assert_eq!(a.cmp(&b), b.cmp(&a).reverse(), "{a} {b}");
    a.cmp(&b)
}

#[test]
fn orders_what_was_seen_with_dpkg() {
    for (less, more) in [
        ("1.0~rc1", "1.0"),
        ("1.0~~", "1.0~"),
        ("1.0~~a", "1.0~"),
        ("1.0", "1.0a"),
        ("1.0a", "1.0+"),
        ("9.9", "1:0.1"),
        ("1.9", "1.10"),
        ("1.0-1", "1.0-1+b1"),
        ("2.36-9+deb12u9", "2.36-9+deb12u10"),
        ("1.0-1~bpo12+1", "1.0-1"),
        ("1.2.3-1ubuntu1~", "1.2.3-1ubuntu1"),
        ("1.0+b", "1.0.1"),
        ("1.0-1", "1.0z"),
        ("1.0.1", "1.0.a"),
        ("1.0-1", "1.0-1-1"),
        ("7.6-0", "7.6p2-4"),
        ("1.0", "1.0é"),
        ("1.0z", "1.0é"),
        ("1.0é", "1.0+"),
    ] {
        assert_eq!(order(less, more), Ordering::Less, "{less} {more}");
    }
    for (one, same) in [
        ("1.0-0", "1.0"),
        ("0:1.0", "1.0"),
        ("1.00", "1.0"),
        ("1.010", "1.10"),
        (" 1.0\t", "1.0"),
        ("007:1", "7:1"),
        ("+7:1", "7:1"),
        ("1.0-", "1.0"),
    ] {
        assert_eq!(order(one, same), Ordering::Equal, "{one} {same}");
        assert_eq!(DebVersion::new(one), DebVersion::new(same));
    }
}

#[test]
fn numbers_have_any_length() {
    let nines = "9".repeat(5000);
    let one_more = format!("1{}", "0".repeat(5000));
    assert_eq!(order(&nines, &one_more), Ordering::Less);
    assert_eq!(
        order(&format!("{nines}:1"), &format!("{one_more}:0")),
        Ordering::Less
    );
    assert_eq!(
        order(&format!("{}7", "0".repeat(5000)), "7"),
        Ordering::Equal
    );
}

#[test]
fn what_dpkg_refuses_has_a_reason_and_a_place() {
    for refused in [
        "",
        " ",
        "1.0-",
        "1.0:1",
        ":1",
        "1:",
        "-1:1",
        "1:-1",
        "-1",
        "2147483648:1",
        "1 2",
        "1\0",
    ] {
        assert!(DebVersion::new(refused).refusal().is_some(), "{refused:?}");
    }
    for taken in [
        "1",
        "0:1-1",
        " 1 ",
        "2147483647:1",
        "+1:1",
        "a",
        "1_2",
        "1:2:3-4-5~",
        "1-é",
    ] {
        assert_eq!(DebVersion::new(taken).refusal(), None, "{taken:?}");
    }
    assert_eq!(order("1.0:1", "1.0"), Ordering::Greater);
}

/// Versions that are close to each other, and some that are none.
fn near() -> impl Strategy<Value = DebVersion> {
    let text = prop_oneof![
        8 => "([01]:)?[0-2](\\.0?[01]|[~+ab-]){0,4}(-[0-1~]{0,2})?",
        1 => "[0-1:~a.+ \u{e9}\\x00-]{0,6}",
    ];
    text.prop_map(DebVersion::new)
}

proptest! {
    #[test]
    fn the_order_is_one(a in near(), b in near(), c in near()) {
        prop_assert_eq!(a.cmp(&a), Ordering::Equal);
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.cmp(&b).is_eq());
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        if a == b {
            prop_assert_eq!(a.cmp(&c), b.cmp(&c));
        }
    }
}
