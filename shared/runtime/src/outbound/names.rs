//! From host names to addresses that may be connected to.

use super::address::forbidden;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// Where addresses come from.
pub trait Names: Send + Sync + 'static {
    /// All addresses of a host.
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The resolver of the machine. `localhost` and names below it are 127.0.0.1 without asking anybody.
#[derive(Debug, Clone, Copy)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let name = host.trim_end_matches('.').to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") {
                return Ok(vec![Ipv4Addr::LOCALHOST.into()]);
            }
            Ok(tokio::net::lookup_host((host, 0)).await?.map(|address| address.ip()).collect())
        })
    }
}

/// The resolver inside the client: what it returns is what is connected to.
pub(super) struct Resolver {
    pub(super) names: Arc<dyn Names>,
    pub(super) check: bool,
}

/// A name with an address that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forbidden {
    pub(super) address: IpAddr,
    pub(super) why: &'static str,
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.address, self.why)
    }
}

impl std::error::Error for Forbidden {}

type LookUpError = Box<dyn std::error::Error + Send + Sync>;

impl Resolver {
    /// The addresses of a name, all of them checked.
    pub(super) fn addresses(&self, name: String) -> BoxFuture<'static, Result<Vec<IpAddr>, LookUpError>> {
        let (addresses, check) = (self.names.addresses(name), self.check);
        Box::pin(async move {
            let addresses = addresses.await?;
            if addresses.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            // One bad address refuses the name: which of them is connected to is not ours to choose.
            for &address in addresses.iter().filter(|_| check) {
                if let Some(why) = forbidden(address) {
                    return Err(Forbidden { address, why }.into());
                }
            }
            Ok(addresses)
        })
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.addresses(name.as_str().to_owned());
        Box::pin(async move {
            let addresses: Addrs = Box::new(addresses.await?.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
