use super::*;
use crate::kernel::network::{AddressFlag, RouteKind};
use proptest::prelude::*;

#[test]
fn every_namespace_has_a_loopback() {
    let network = read().unwrap();
    let loopback: Vec<_> = network.links.iter().filter(|link| link.loopback).collect();
    assert_eq!(loopback.len(), 1);
    assert_eq!((loopback[0].index, loopback[0].name.raw()), (1, "lo"));
    let known = |index: u32| network.links.iter().any(|link| link.index == index);
    assert!(network.addresses.iter().all(|it| known(it.interface)));
}

#[test]
fn a_row_that_is_cut_short_is_none() {
    for length in 0..12 {
        let bytes = vec![2; length];
        assert!(link::parse(&bytes).is_none());
        assert!(route::parse(Family::V4, &bytes).is_none());
        assert!(rule::parse(Family::V4, &bytes).is_none());
        assert!(length >= 8 || address::parse(Family::V4, &bytes).is_none());
    }
    assert!(link::parse(&[0; 16]).is_none(), "no name");
    assert!(address::parse(Family::V6, &[0; 8]).is_none(), "no address");
    let message = Message {
        kind: ROUTES.kind - 2,
        payload: vec![2, 0, 0],
    };
    let unread = rows(&ROUTES, [&message].into_iter(), route::parse).unwrap_err();
    assert_eq!(unread.code(), "unparsable");
}

fn attribute(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = (4 + content.len() as u16).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[test]
fn an_address_of_another_length_is_none() {
    let route = |length: u8, destination: &[u8]| {
        let mut bytes = vec![2, length, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
        bytes.extend(attribute(1, destination));
        route::parse(Family::V4, &bytes)
    };
    assert!(route(8, &[10, 0, 0, 0]).is_some());
    assert!(route(33, &[10, 0, 0, 0]).is_none());
    assert!(route(8, &[10, 0, 0]).is_none());
    assert_eq!(route(8, &[10, 0, 0, 0]).unwrap().kind, RouteKind::Unicast);
}

#[test]
fn a_bit_means_another_thing_in_each_family() {
    let flags = |family| {
        let mut bytes = vec![0, 24, 0x01, 0, 2, 0, 0, 0];
        bytes.extend(attribute(1, &[192, 0, 2, 1]));
        address::parse(family, &bytes).unwrap().flags
    };
    assert_eq!(flags(Family::V4), [AddressFlag::Secondary]);
    assert_eq!(flags(Family::V6), [AddressFlag::Temporary]);
}

proptest! {
    /// Lengths that lead nowhere, attributes that are too short: none of it ends in a panic or without an end.
    #[test]
    fn any_bytes_are_survived(
        header in prop::collection::vec(any::<u8>(), 0..20),
        attributes in prop::collection::vec((0..32_u16, prop::collection::vec(any::<u8>(), 0..24)), 0..8),
        junk in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes = header;
        bytes.extend(attributes.iter().flat_map(|(kind, content)| attribute(*kind, content)));
        bytes.extend(junk);
        let _ = link::parse(&bytes);
        for family in [Family::V4, Family::V6] {
            let _ = address::parse(family, &bytes);
            let _ = route::parse(family, &bytes);
            let _ = rule::parse(family, &bytes);
        }
    }
}
