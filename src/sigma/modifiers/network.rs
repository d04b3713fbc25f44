//! `cidr`: the field is an address inside a network. IPv4 and IPv6 never mix.

use super::{Apply, Draft, Misuse, Modifier, Shape, Stage, Work, shorten};
use crate::sigma::diagnostic::Code;
use crate::sigma::raw::Kind;
use crate::sigma::rule::ValueTest;
use core::net::IpAddr;
use ipnet::IpNet;

pub(super) const CIDR: Modifier = Modifier {
    name: "cidr",
    summary: "the field is an address of the network",
    shape: Shape::Comparison,
    after: &[Stage::Value],
    makes: Some(Stage::Network),
    place: "`cidr` stands alone; only `all` and `neq` go with it",
    apply: Apply::Each(cidr),
};

fn cidr(draft: Draft, _: &mut Work<'_>) -> Result<Vec<Draft>, Misuse> {
    let text = match draft {
        Draft::Scalar(Kind::Text(text) | Kind::Number(text)) => text,
        Draft::Scalar(other) => return Err(Misuse::value_type(CIDR.name, "a network such as 10.0.0.0/8", &other)),
        _ => return Err(Misuse::out_of_place(CIDR.name)),
    };
    network(&text).map(|net| vec![Draft::Test(ValueTest::Cidr(net))])
}

fn network(text: &str) -> Result<IpNet, Misuse> {
    let refused = |message: String, help: String| Misuse { code: Code::BadCidr, message, help };
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let Ok(net) = text.parse::<IpNet>() else {
        let message = format!("'{}' is no network", shorten(text));
        return Err(refused(
            message,
            "write an address, a slash and a prefix length: 10.0.0.0/8, fe80::/10".to_owned(),
        ));
    };
    if net.trunc() != net {
        return Err(refused(format!("'{net}' has bits set behind its prefix"), format!("write {}", net.trunc())));
    }
    Ok(net)
}
