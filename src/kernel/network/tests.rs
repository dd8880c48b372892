use super::*;
use std::net::IpAddr;

fn prefix(text: &str) -> Prefix {
    text.parse().unwrap()
}

#[test]
fn a_prefix_is_what_its_addresses_share() {
    for (text, shown) in [
        ("192.0.2.0/24", "192.0.2.0/24"),
        ("192.0.2.1", "192.0.2.1/32"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"),
        ("2001:db8::1/128", "2001:db8::1/128"),
    ] {
        assert_eq!(prefix(text).to_string(), shown);
    }
    for wrong in [
        "",
        "192.0.2.0/33",
        "192.0.2.1/24",
        "::/129",
        "192.0.2.0/",
        "default",
        "1/-1",
    ] {
        assert!(wrong.parse::<Prefix>().is_err(), "{wrong}");
    }
}

#[test]
fn a_prefix_holds_addresses_of_its_family_alone() {
    let holds =
        |text: &str, address: &str| prefix(text).contains(address.parse::<IpAddr>().unwrap());
    assert!(holds("10.0.0.0/8", "10.255.0.1"));
    assert!(!holds("10.0.0.0/8", "11.0.0.1"));
    assert!(!holds("0.0.0.0/0", "::"));
    assert!(holds("::/0", "::ffff:10.0.0.1"));
    assert!(prefix("10.0.0.0/8").covers(prefix("10.1.0.0/16")));
    assert!(!prefix("10.1.0.0/16").covers(prefix("10.0.0.0/8")));
    assert!(Family::V6.everything().is_everything());
}
