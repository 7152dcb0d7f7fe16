use std::net::IpAddr;

use url::Host;

/// Reads `name=address,name=address`: sites of one's own network and where each of them is. Nothing stands for none.
///
/// # Errors
/// A sentence that quotes what is wrong.
pub fn intranet_sites(text: &str) -> Result<Vec<(String, IpAddr)>, String> {
    let mut sites: Vec<(String, IpAddr)> = Vec::new();
    for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
        let (name, address) =
            entry.split_once('=').ok_or_else(|| format!("“{entry}” must be a name and an address, like wiki.corp=10.0.0.5"))?;
        // As it is written in addresses: in lower case, international letters in ASCII.
        let Ok(Host::Domain(name)) = Host::parse(name.trim()) else {
            return Err(format!("“{}” is no name of a site; give it without https:// and port, like wiki.corp", name.trim()));
        };
        let address = address.trim();
        let address = address.parse().map_err(|_| format!("“{address}” is no IP address; {name} needs one, like {name}=10.0.0.5"))?;
        if sites.iter().any(|(known, _)| *known == name) {
            return Err(format!("“{name}” is given twice; a site has one address"));
        }
        sites.push((name, address));
    }
    Ok(sites)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_site_is_a_name_and_an_address() {
        let site = |name: &str, address: &str| (name.to_owned(), address.parse().unwrap());
        assert_eq!(intranet_sites(" "), Ok(Vec::new()));
        assert_eq!(
            intranet_sites("wiki.corp=10.0.0.5, Büro.Intern = fd00::7,"),
            Ok(vec![site("wiki.corp", "10.0.0.5"), site("xn--bro-hoa.intern", "fd00::7")])
        );
    }

    #[test]
    fn what_is_none_is_said() {
        for (text, said) in [
            ("wiki.corp", "“wiki.corp” must be a name and an address"),
            ("wiki.corp=10.0.0.5:8080", "“10.0.0.5:8080” is no IP address"),
            ("wiki.corp=elsewhere", "“elsewhere” is no IP address"),
            ("wiki.corp=", "“” is no IP address"),
            ("=10.0.0.5", "“” is no name"),
            ("https://wiki.corp=10.0.0.5", "“https://wiki.corp” is no name"),
            ("wiki.corp:8080=10.0.0.5", "“wiki.corp:8080” is no name"),
            ("10.0.0.5=10.0.0.5", "“10.0.0.5” is no name"),
            ("a=10.0.0.1,A=10.0.0.2", "“a” is given twice"),
        ] {
            let error = intranet_sites(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
